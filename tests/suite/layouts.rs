//! Where FreeScout really lies, on distributions, panels and hosters: each layout as files below a root of its own, and what
//! finds the install there without a running PHP.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::found::FoundInstall;
use freescout_rescue::io::install::host::HostRoot;
use freescout_rescue::io::install::{discover, php_of};

/// One layout: what it is called, where the install lies, by what it has to be found, and the files that say so.
struct Layout {
    name: &'static str,
    install: &'static str,
    by: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const fn layout(
    name: &'static str,
    install: &'static str,
    by: &'static str,
    files: &'static [(&'static str, &'static str)],
) -> Layout {
    Layout {
        name,
        install,
        by,
        files,
    }
}

/// A file whose text begins so is a link to the rest.
const LINK: &str = "-> ";
/// Accounts whose crontabs name folders from their homes on.
const PASSWD: (&str, &str) = (
    "etc/passwd",
    "root:x:0:0::/root:/bin/sh\njane:x:1001:1001::/home/jane:/bin/bash\nforge:x:1000:1000::/home/forge:/bin/bash\n\
     www-data:x:33:33::/var/www:/usr/sbin/nologin\n",
);

const LAYOUTS: &[Layout] = &[
    // By crontabs, wherever it lies.
    layout(
        "crontab of www-data on Debian",
        "/mnt/disk1/help",
        "crontab",
        &[(
            "var/spool/cron/crontabs/www-data",
            "* * * * * php /mnt/disk1/help/artisan schedule:run >> /dev/null 2>&1\n",
        )],
    ),
    layout(
        "crontab of apache on RHEL",
        "/mnt/help",
        "crontab",
        &[(
            "var/spool/cron/apache",
            "* * * * * /usr/bin/php /mnt/help/artisan schedule:run\n",
        )],
    ),
    layout(
        "crontab on SUSE",
        "/mnt/help",
        "crontab",
        &[(
            "var/spool/cron/tabs/wwwrun",
            "*/1 * * * * cd /mnt/help && php8 artisan schedule:run\n",
        )],
    ),
    layout(
        "crontab on Alpine",
        "/mnt/help",
        "crontab",
        &[(
            "etc/crontabs/nginx",
            "* * * * * php82 /mnt/help/artisan schedule:run\n",
        )],
    ),
    layout(
        "crontab of root for somebody else",
        "/mnt/help",
        "crontab",
        &[(
            "var/spool/cron/crontabs/root",
            "* * * * * su -s /bin/sh www-data -c 'cd /mnt/help && php artisan schedule:run'\n",
        )],
    ),
    layout(
        "crontab from the home folder",
        "/home/jane/a/b/c/d/e/f/help",
        "crontab",
        &[
            PASSWD,
            (
                "var/spool/cron/crontabs/jane",
                "@hourly php a/b/c/d/e/f/help/artisan schedule:run\n",
            ),
        ],
    ),
    layout(
        "crontab with a tilde",
        "/home/jane/a/b/c/d/e/f/help",
        "crontab",
        &[
            PASSWD,
            (
                "var/spool/cron/jane",
                "*/5 * * * * cd ~/a/b/c/d/e/f/help && /usr/local/bin/ea-php82 artisan schedule:run\n",
            ),
        ],
    ),
    layout(
        "/etc/crontab",
        "/mnt/help",
        "crontab",
        &[(
            "etc/crontab",
            "SHELL=/bin/sh\n* * * * * www-data php /mnt/help/artisan schedule:run\n",
        )],
    ),
    layout(
        "/etc/cron.d (YunoHost)",
        "/var/www/freescout",
        "crontab",
        &[(
            "etc/cron.d/freescout",
            "* * * * * freescout cd /var/www/freescout && php8.5 artisan schedule:run > /dev/null\n",
        )],
    ),
    layout(
        "/etc/cron.d with variables",
        "/mnt/help",
        "crontab",
        &[(
            "etc/cron.d/help",
            "APP=/mnt/help\nPHP=/usr/bin/php8.2\n* * * * * www-data $PHP $APP/artisan schedule:run\n",
        )],
    ),
    layout(
        "a script in /etc/cron.hourly",
        "/mnt/help",
        "crontab",
        &[(
            "etc/cron.hourly/freescout",
            "#!/bin/sh\ncd /mnt/help || exit\nsudo -u www-data php artisan schedule:run\n",
        )],
    ),
    layout(
        "a script that a crontab runs",
        "/mnt/help",
        "crontab",
        &[
            (
                "etc/cron.d/help",
                "*/5 * * * * www-data /usr/local/bin/help-cron.sh\n",
            ),
            (
                "usr/local/bin/help-cron.sh",
                "#!/bin/bash\nAPP_DIR=\"/mnt/help\"\nphp \"$APP_DIR/artisan\" schedule:run\n",
            ),
        ],
    ),
    layout(
        "a script beside the install",
        "/mnt/help",
        "crontab",
        &[
            (
                "etc/cron.d/help",
                "*/5 * * * * www-data /mnt/help/cron.sh\n",
            ),
            (
                "mnt/help/cron.sh",
                "#!/bin/sh\ncd \"$(dirname \"$0\")\"\nphp artisan schedule:run\n",
            ),
        ],
    ),
    layout(
        "periodic scripts of Alpine",
        "/mnt/help",
        "crontab",
        &[(
            "etc/periodic/15min/help",
            "#!/bin/sh\nsu -s /bin/sh nginx -c 'php /mnt/help/artisan schedule:run'\n",
        )],
    ),
    layout(
        "OVH's hourly script",
        "/home/account/a/b/c/d/e/f/www/support",
        "crontab",
        &[(
            "etc/cron.hourly/account",
            "#!/bin/sh\n/usr/local/php8.1/bin/php /home/account/a/b/c/d/e/f/www/support/artisan queue:work --queue=\"emails,default\"\n",
        )],
    ),
    layout(
        "aaPanel's scheduled task",
        "/www/backup2/a/b/help",
        "crontab",
        &[
            (
                "www/server/cron/0d3f",
                "#!/bin/bash\n/www/server/php/82/bin/php /www/backup2/a/b/help/artisan schedule:run\n",
            ),
            ("www/server/cron/0d3f.log", "----\n"),
        ],
    ),
    // By services.
    layout(
        "a systemd service for the queue",
        "/mnt/help",
        "service",
        &[
            (
                "etc/systemd/system/freescout-queue.service",
                "[Service]\nUser=www-data\nWorkingDirectory=/mnt/help\nExecStart=/usr/bin/php artisan queue:work\n[Install]\nWantedBy=multi-user.target\n",
            ),
            (
                "etc/systemd/system/multi-user.target.wants/freescout-queue.service",
                "-> /etc/systemd/system/freescout-queue.service",
            ),
        ],
    ),
    layout(
        "a systemd timer for the schedule",
        "/mnt/help",
        "service",
        &[
            (
                "etc/systemd/system/help.service",
                "[Service]\nType=oneshot\nUser=www-data\nExecStart=/usr/bin/php8.2 /mnt/help/artisan schedule:run\n",
            ),
            (
                "etc/systemd/system/help.timer",
                "[Timer]\nOnCalendar=minutely\n",
            ),
            (
                "etc/systemd/system/timers.target.wants/help.timer",
                "-> /etc/systemd/system/help.timer",
            ),
        ],
    ),
    layout(
        "a service that is not enabled",
        "/mnt/help",
        "idle_service",
        &[(
            "etc/systemd/system/help.service",
            "[Service]\nExecStart=/usr/bin/php8.2 /mnt/help/artisan queue:work\n",
        )],
    ),
    layout(
        "a service of an account",
        "/home/jane/a/b/c/d/e/f/help",
        "service",
        &[
            (
                "home/jane/.config/systemd/user/help.service",
                "[Service]\nWorkingDirectory=%h/a/b/c/d/e/f/help\nExecStart=php %h/a/b/c/d/e/f/help/artisan queue:work\n",
            ),
            (
                "home/jane/.config/systemd/user/default.target.wants/help.service",
                "-> ../help.service",
            ),
        ],
    ),
    layout(
        "FrankenPHP as a service",
        "/mnt/help",
        "service",
        &[
            (
                "etc/systemd/system/franken.service",
                "[Service]\nWorkingDirectory=/mnt/help\nExecStart=/usr/local/bin/frankenphp php-server -r public/\n",
            ),
            (
                "etc/systemd/system/multi-user.target.wants/franken.service",
                "-> ../franken.service",
            ),
        ],
    ),
    layout(
        "supervisor (Forge)",
        "/mnt/forge/help.example.org",
        "supervisor",
        &[(
            "etc/supervisor/conf.d/worker-1.conf",
            "[program:worker-1]\ncommand=php8.2 /mnt/forge/help.example.org/artisan queue:work\nuser=forge\n",
        )],
    ),
    layout(
        "supervisor with a directory",
        "/mnt/help",
        "supervisor",
        &[(
            "etc/supervisord.d/help.ini",
            "[program:help]\ndirectory = /mnt/help\ncommand = /usr/bin/php artisan queue:work --queue=emails,default\n",
        )],
    ),
    layout(
        "runit",
        "/mnt/help",
        "service",
        &[(
            "etc/sv/freescout/run",
            "#!/bin/sh\nexec chpst -u www-data php /mnt/help/artisan queue:work\n",
        )],
    ),
    layout(
        "s6",
        "/mnt/www/html",
        "service",
        &[(
            "etc/services.d/50-queue/run",
            "#!/usr/bin/with-contenv bash\ncd /mnt/www/html\nexec s6-setuidgid nginx php artisan queue:work\n",
        )],
    ),
    layout(
        "OpenRC's local scripts",
        "/mnt/help",
        "service",
        &[(
            "etc/local.d/help.start",
            "#!/bin/sh\nsu -s /bin/sh nginx -c 'php /mnt/help/artisan queue:work' &\n",
        )],
    ),
    // By web servers.
    layout(
        "nginx on Debian",
        "/mnt/help",
        "site",
        &[
            (
                "etc/nginx/nginx.conf",
                "http {\n include /etc/nginx/conf.d/*.conf;\n include /etc/nginx/sites-enabled/*;\n}\n",
            ),
            (
                "etc/nginx/sites-available/help",
                "server {\n server_name help.example.org;\n root /mnt/help/public;\n}\n",
            ),
            (
                "etc/nginx/sites-enabled/help",
                "-> /etc/nginx/sites-available/help",
            ),
        ],
    ),
    layout(
        "nginx with a variable",
        "/mnt/help.example.org",
        "site",
        &[(
            "etc/nginx/sites-enabled/help",
            "server {\n set $base /mnt/help.example.org;\n root $base/public;\n}\n",
        )],
    ),
    layout(
        "nginx of YunoHost",
        "/mnt/freescout",
        "site",
        &[
            (
                "etc/nginx/nginx.conf",
                "http { include /etc/nginx/conf.d/*.conf; }",
            ),
            (
                "etc/nginx/conf.d/example.org.conf",
                "server { server_name example.org; include /etc/nginx/conf.d/example.org.d/*.conf; }",
            ),
            (
                "etc/nginx/conf.d/example.org.d/freescout.conf",
                "location /help/ { alias /mnt/freescout/public/; }",
            ),
        ],
    ),
    layout(
        "nginx on Alpine",
        "/mnt/help",
        "site",
        &[(
            "etc/nginx/http.d/help.conf",
            "server { root /mnt/help/public; }",
        )],
    ),
    layout(
        "nginx of Plesk",
        "/var/www/vhosts/example.org/httpdocs/apps/web/help",
        "below_site",
        &[(
            "var/www/vhosts/system/example.org/conf/nginx.conf",
            "server { server_name example.org; root \"/var/www/vhosts/example.org/httpdocs/apps\"; }",
        )],
    ),
    layout(
        "nginx of aaPanel",
        "/mnt/wwwroot/help",
        "site",
        &[
            (
                "www/server/nginx/conf/nginx.conf",
                "http { include /www/server/panel/vhost/nginx/*.conf; }",
            ),
            (
                "www/server/panel/vhost/nginx/help.example.org.conf",
                "server { root /mnt/wwwroot/help/public; }",
            ),
        ],
    ),
    layout(
        "nginx of ISPmanager",
        "/mnt/www/help",
        "site",
        &[(
            "etc/nginx/vhosts/jane/help.example.org.conf",
            "server { set $root_path /mnt/www/help/public; root $root_path; }",
        )],
    ),
    layout(
        "nginx of HestiaCP",
        "/mnt/web/help/public_html",
        "site",
        &[(
            "home/jane/conf/web/help.example.org/nginx.conf",
            "server { root /mnt/web/help/public_html/public; }",
        )],
    ),
    layout(
        "nginx of RunCloud",
        "/mnt/webapps/help",
        "site",
        &[
            (
                "etc/nginx-rc/nginx.conf",
                "http { include /etc/nginx-rc/conf.d/*.conf; }",
            ),
            (
                "etc/nginx-rc/conf.d/help.conf",
                "server { root /mnt/webapps/help/public; }",
            ),
        ],
    ),
    layout(
        "openresty",
        "/mnt/help",
        "site",
        &[(
            "usr/local/openresty/nginx/conf/nginx.conf",
            "http { server { root /mnt/help/public; } }",
        )],
    ),
    layout(
        "Apache on Debian",
        "/mnt/help",
        "site",
        &[
            (
                "etc/apache2/apache2.conf",
                "IncludeOptional sites-enabled/*.conf\n",
            ),
            (
                "etc/apache2/sites-available/help.conf",
                "<VirtualHost *:80>\nServerName help.example.org\nDocumentRoot /mnt/help/public\n</VirtualHost>\n",
            ),
            (
                "etc/apache2/sites-enabled/help.conf",
                "-> ../sites-available/help.conf",
            ),
        ],
    ),
    layout(
        "Apache on RHEL",
        "/mnt/help",
        "site",
        &[
            (
                "etc/httpd/conf/httpd.conf",
                "ServerRoot \"/etc/httpd\"\nDocumentRoot \"/var/www/html\"\nIncludeOptional conf.d/*.conf\n",
            ),
            (
                "etc/httpd/conf.d/help.conf",
                "<VirtualHost *:443>\nDocumentRoot \"/mnt/help/public\"\n</VirtualHost>\n",
            ),
        ],
    ),
    layout(
        "Apache on SUSE",
        "/mnt/help",
        "site",
        &[(
            "etc/apache2/vhosts.d/help.conf",
            "<VirtualHost *:80>\nDocumentRoot /mnt/help/public\n</VirtualHost>\n",
        )],
    ),
    layout(
        "Apache of cPanel",
        "/mnt/jane/public_html/help",
        "below_site",
        &[(
            "etc/apache2/conf/httpd.conf",
            "<VirtualHost 1.2.3.4:80>\nServerName jane.example.org\nDocumentRoot /mnt/jane/public_html\n</VirtualHost>\n",
        )],
    ),
    layout(
        "cPanel's own record",
        "/mnt/jane/public_html",
        "panel",
        &[(
            "var/cpanel/userdata/jane/jane.example.org",
            "---\ndocumentroot: /mnt/jane/public_html\nservername: jane.example.org\n",
        )],
    ),
    layout(
        "Apache of DirectAdmin",
        "/mnt/jane/domains/example.org/public_html/help",
        "below_site",
        &[(
            "usr/local/directadmin/data/users/jane/httpd.conf",
            "<VirtualHost 1.2.3.4:80>\nDocumentRoot /mnt/jane/domains/example.org/public_html\n</VirtualHost>\n",
        )],
    ),
    layout(
        "Apache of ISPConfig",
        "/mnt/clients/client1/web1/web",
        "site",
        &[
            (
                "etc/apache2/sites-available/example.org.vhost",
                "<VirtualHost *:80>\nDocumentRoot /var/www/example.org/web\n</VirtualHost>\n",
            ),
            (
                "etc/apache2/sites-enabled/100-example.org.vhost",
                "-> /etc/apache2/sites-available/example.org.vhost",
            ),
            ("var/www/example.org", "-> /mnt/clients/client1/web1"),
        ],
    ),
    layout(
        "Apache of Bitnami",
        "/mnt/freescout",
        "site",
        &[
            (
                "opt/bitnami/apache/conf/httpd.conf",
                "Include \"/opt/bitnami/apache/conf/vhosts/*.conf\"\n",
            ),
            (
                "opt/bitnami/apache/conf/vhosts/freescout.conf",
                "<VirtualHost *:80>\nDocumentRoot \"/mnt/freescout/public\"\n</VirtualHost>\n",
            ),
        ],
    ),
    layout(
        "Apache with an alias",
        "/mnt/help",
        "site",
        &[(
            "etc/apache2/apache2.conf",
            "DocumentRoot /var/www/html\nAlias /help /mnt/help/public\n",
        )],
    ),
    layout(
        "Caddy",
        "/mnt/help",
        "site",
        &[(
            "etc/caddy/Caddyfile",
            "help.example.org {\n\troot * /mnt/help/public\n\tphp_fastcgi unix//run/php/php8.2-fpm.sock\n}\n",
        )],
    ),
    layout(
        "FrankenPHP",
        "/mnt/help",
        "site",
        &[(
            "etc/frankenphp/Caddyfile",
            ":80 {\n\troot /mnt/help/public\n\tphp_server\n}\n",
        )],
    ),
    layout(
        "OpenLiteSpeed (CyberPanel)",
        "/mnt/help.example.org/public_html",
        "site",
        &[
            (
                "usr/local/lsws/conf/httpd_config.conf",
                "virtualHost help.example.org {\n  vhRoot                  /mnt/help.example.org\n}\n",
            ),
            (
                "usr/local/lsws/conf/vhosts/help.example.org/vhost.conf",
                "docRoot                   $VH_ROOT/public_html\n",
            ),
        ],
    ),
    layout(
        "lighttpd",
        "/mnt/help",
        "site",
        &[(
            "etc/lighttpd/lighttpd.conf",
            "server.document-root = \"/mnt/help/public\"\n",
        )],
    ),
    layout(
        "NGINX Unit",
        "/mnt/help",
        "site",
        &[(
            "var/lib/unit/conf.json",
            "{\"applications\":{\"help\":{\"type\":\"php\",\"root\":\"/mnt/help/public/\"}}}",
        )],
    ),
    // By pools of FPM.
    layout(
        "FPM with chdir",
        "/mnt/help",
        "pool",
        &[(
            "etc/php/8.2/fpm/pool.d/help.conf",
            "[help]\nuser = help\nlisten = /run/help.sock\nchdir = /mnt/help\n",
        )],
    ),
    layout(
        "FPM of Plesk with open_basedir",
        "/mnt/vhosts/example.org/help",
        "pool",
        &[(
            "opt/plesk/php/8.2/etc/php-fpm.d/example.org.conf",
            "[example.org]\nuser = jane\nphp_value[open_basedir] = \"/mnt/vhosts/example.org/:/tmp/\"\n",
        )],
    ),
    // By nothing but the folder.
    layout(
        "FreeScout's own installer",
        "/var/www/html",
        "usual_folder",
        &[],
    ),
    layout(
        "a folder of its own",
        "/var/www/freescout",
        "usual_folder",
        &[],
    ),
    layout(
        "below the default site",
        "/var/www/html/support/freescout",
        "usual_folder",
        &[],
    ),
    layout(
        "DigitalOcean's marketplace",
        "/var/www/freescout",
        "usual_folder",
        &[],
    ),
    layout(
        "the images of tiredofit and nfrastack",
        "/www/html",
        "usual_folder",
        &[],
    ),
    layout("itk-dev's image", "/app/web", "usual_folder", &[]),
    layout("bfren's image", "/app", "usual_folder", &[]),
    layout("Cloudron", "/app/code", "usual_folder", &[]),
    layout(
        "an LXC of helper scripts",
        "/opt/freescout",
        "usual_folder",
        &[],
    ),
    layout("Bitnami", "/opt/bitnami/freescout", "usual_folder", &[]),
    layout(
        "Plesk",
        "/var/www/vhosts/example.org/httpdocs",
        "usual_folder",
        &[],
    ),
    layout(
        "Plesk, a folder of a site",
        "/var/www/vhosts/example.org/httpdocs/help",
        "usual_folder",
        &[],
    ),
    layout(
        "Plesk, a subdomain",
        "/var/www/vhosts/example.org/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "cPanel with Softaculous",
        "/home/jane/public_html/help",
        "usual_folder",
        &[],
    ),
    layout(
        "cPanel, an addon domain",
        "/home/jane/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "DirectAdmin",
        "/home/jane/domains/example.org/public_html/help",
        "usual_folder",
        &[],
    ),
    layout(
        "HestiaCP",
        "/home/jane/web/help.example.org/public_html",
        "usual_folder",
        &[],
    ),
    layout(
        "CloudPanel",
        "/home/jane/htdocs/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "RunCloud",
        "/home/runcloud/webapps/help",
        "usual_folder",
        &[],
    ),
    layout(
        "ServerPilot",
        "/srv/users/serverpilot/apps/help",
        "usual_folder",
        &[],
    ),
    layout(
        "ISPConfig",
        "/var/www/clients/client1/web1/web",
        "usual_folder",
        &[],
    ),
    layout(
        "ISPmanager, FASTPANEL",
        "/var/www/jane/data/www/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "aaPanel",
        "/www/wwwroot/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "Froxlor",
        "/var/customers/webs/jane/help",
        "usual_folder",
        &[],
    ),
    layout("KeyHelp", "/home/users/jane/www/help", "usual_folder", &[]),
    layout("OVH", "/home/account/www/support", "usual_folder", &[]),
    layout(
        "IONOS",
        "/kunden/homepages/12/d34567/htdocs/help",
        "usual_folder",
        &[],
    ),
    layout(
        "SiteGround",
        "/home/customer/www/example.org/public_html/help",
        "usual_folder",
        &[],
    ),
    layout(
        "Uberspace",
        "/var/www/virtual/jane/help.example.org",
        "usual_folder",
        &[],
    ),
    layout(
        "SpinupWP",
        "/sites/help.example.org/files",
        "usual_folder",
        &[],
    ),
    layout("XAMPP", "/opt/lampp/htdocs/help", "usual_folder", &[]),
    layout("SUSE", "/srv/www/htdocs/help", "usual_folder", &[]),
    layout("Arch", "/srv/http/help", "usual_folder", &[]),
    layout(
        "Alpine",
        "/var/www/localhost/htdocs/help",
        "usual_folder",
        &[],
    ),
    layout("Synology", "/volume1/web/help", "usual_folder", &[]),
    layout(
        "a home folder",
        "/home/jane/projects/freescout",
        "usual_folder",
        &[],
    ),
    layout("root's home", "/root/freescout", "usual_folder", &[]),
    layout(
        "Deployer",
        "/var/www/help/releases/7",
        "usual_folder",
        &[
            ("var/www/help/current", "-> releases/7"),
            ("var/www/help/shared/.env", "APP_KEY=\n"),
        ],
    ),
    layout(
        "Envoyer, with its site",
        "/home/forge/help/releases/20260101",
        "site",
        &[
            (
                "home/forge/help/current",
                "-> /home/forge/help/releases/20260101",
            ),
            (
                "etc/nginx/sites-enabled/help",
                "server { root /home/forge/help/current/public; }",
            ),
        ],
    ),
    // Not found: what names them is not on this system, or does not say where. Disks below /mnt and /media are not looked
    // through: copies of dead servers lie there, whose `.env` leads to the database of the one that runs, and one that is the
    // only one found would be taken for it. Who has FreeScout there names its folder.
    layout(
        "an odd folder that only a web address starts",
        "/mnt/elsewhere/help",
        "",
        &[(
            "etc/cron.d/help",
            "* * * * * root curl -s https://help.example.org/system/cron/0123 > /dev/null\n",
        )],
    ),
    layout(
        "an odd folder that nothing names",
        "/mnt/elsewhere/help",
        "",
        &[],
    ),
    layout(
        "a data folder on another disk",
        "/mnt/user/appdata/freescout/www",
        "",
        &[],
    ),
    layout(
        "the folder on a container's host, named inside the container alone",
        "/mnt/docker/freescout/html",
        "",
        &[(
            "etc/cron.d/help",
            "* * * * * root docker exec freescout php /www/html/artisan schedule:run\n",
        )],
    ),
];

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name.trim_start_matches('/'));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text.strip_prefix(LINK) {
        Some(target) => symlink(target, path).unwrap(),
        None => std::fs::write(path, text).unwrap(),
    }
}

/// A FreeScout, as far as one is known by its files.
fn freescout(root: &Path, folder: &str, version: &str) {
    let file = |name: &str, text: &str| write(root, &format!("{folder}/{name}"), text);
    file("artisan", "#!/usr/bin/env php\n<?php\n");
    file(
        "config/app.php",
        &format!(
            "<?php\nreturn [\n'name' => env('APP_NAME', 'FreeScout'),\n'version' => '{version}',\n];\n"
        ),
    );
    file(".env", "APP_URL=https://help.example.org\nAPP_KEY=\n");
    file("public/index.php", "<?php\n");
    file("vendor/laravel/artisan", "not looked at\n");
}

fn laid_out(layout: &Layout) -> (tempfile::TempDir, Vec<FoundInstall>) {
    let folder = tempfile::tempdir().unwrap();
    freescout(folder.path(), layout.install, "1.8.235");
    for (name, text) in layout.files {
        write(folder.path(), name, text);
    }
    let found = discover(&HostRoot::at(folder.path()).unwrap());
    (folder, found)
}

#[test]
fn every_layout_is_found_by_what_names_it() {
    assert!(LAYOUTS.len() >= 66, "{} layouts", LAYOUTS.len());
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for layout in LAYOUTS {
        let (_folder, installs) = laid_out(layout);
        let told: Vec<(&Path, &str)> = installs
            .iter()
            .map(|one| (one.path.as_path(), one.evidence[0].by.code()))
            .collect();
        let expected: &[(&Path, &str)] = match layout.by {
            "" => &[],
            by => &[(Path::new(layout.install), by)],
        };
        if told != expected {
            wrong.push(format!("{}: {told:?}, not {expected:?}", layout.name));
        }
        found.extend(installs.iter().map(|_| layout.name));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        (found.len(), LAYOUTS.len()),
        (LAYOUTS.len() - 4, LAYOUTS.len())
    );
}

#[test]
fn the_address_and_the_version_go_with_it() {
    let (_folder, found) = laid_out(&LAYOUTS[0]);
    let one = &found[0];
    assert_eq!(one.version, "1.8.235");
    assert_eq!(
        one.address.as_ref().map(|a| a.raw().as_str()),
        Some("https://help.example.org")
    );
    let evidence = &one.evidence[0];
    assert_eq!(
        evidence.path,
        Some("/var/spool/cron/crontabs/www-data".into())
    );
    assert_eq!(
        (evidence.line, evidence.php.clone()),
        (Some(1), Some("php".into()))
    );
    assert_eq!(
        evidence.user.as_ref().map(|user| user.raw().as_str()),
        Some("www-data")
    );
}

#[test]
fn a_dead_copy_comes_after_the_one_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    freescout(root, "/var/www/html", "1.7.0");
    freescout(root, "/mnt/help", "1.8.235");
    freescout(root, "/home/jane/old/help", "1.6.0");
    write(root, "etc/passwd", PASSWD.1);
    write(
        root,
        "etc/cron.d/help",
        "* * * * * www-data php /mnt/help/artisan schedule:run\n#* * * * * www-data php /var/www/html/artisan schedule:run\n",
    );
    write(
        root,
        "etc/cron.d/help.disabled",
        "* * * * * www-data php /home/jane/old/help/artisan schedule:run\n",
    );
    write(
        root,
        "etc/apache2/apache2.conf",
        "DocumentRoot /var/www/html\n",
    );
    // Something that reads a folder does not run it.
    write(
        root,
        "var/spool/cron/crontabs/jane",
        "0 3 * * * tar czf old.tgz old/help\n",
    );
    let found = discover(&HostRoot::at(root).unwrap());
    let told: Vec<(PathBuf, &str)> = found
        .iter()
        .map(|one| (one.path.clone(), one.evidence[0].by.code()))
        .collect();
    assert_eq!(
        told,
        [
            ("/mnt/help".into(), "crontab"),
            ("/var/www/html".into(), "site"),
            ("/home/jane/old/help".into(), "usual_folder"),
        ]
    );
}

#[test]
fn the_php_of_a_site_is_that_of_its_pool_and_a_strangers_crontab_chooses_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    freescout(root, "/mnt/help", "1.8.235");
    write(
        root,
        "etc/nginx/sites-enabled/help",
        "server { root /mnt/help/public; location ~ php { fastcgi_pass unix:/var/run/php/help.sock; } }",
    );
    write(
        root,
        "etc/php/8.1/fpm/pool.d/www.conf",
        "[www]\nuser = www-data\nlisten = /run/php/www.sock\n",
    );
    write(
        root,
        "etc/php/8.3/fpm/pool.d/help.conf",
        "[help]\nuser = jane\nlisten = /run/php/$pool.sock\n",
    );
    for version in ["8.1", "8.3"] {
        write(root, &format!("usr/bin/php{version}"), "");
    }
    write(
        root,
        "var/spool/cron/crontabs/mallory",
        "* * * * * /opt/mallory/php /mnt/help/artisan schedule:run\n",
    );
    let host = || HostRoot::at(root).unwrap();
    let php = |user: &str| php_of(&host(), Path::new("/mnt/help"), user);
    assert_eq!(php("jane"), [Path::new("/usr/bin/php8.3")]);
    // What FreeScout's own crontab runs comes first.
    write(
        root,
        "var/spool/cron/crontabs/jane",
        "* * * * * php8.2 /mnt/help/artisan schedule:run\n",
    );
    assert_eq!(
        php("jane"),
        [Path::new("php8.2"), Path::new("/usr/bin/php8.3")]
    );
    assert_eq!(php("www-data"), [Path::new("/usr/bin/php8.3")]);
}

#[test]
fn links_and_hostile_files_lead_nowhere_else() {
    let outside = tempfile::tempdir().unwrap();
    freescout(outside.path(), "/help", "1.8.235");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let out = outside.path().join("help");
    write(root, "srv/help", &format!("-> {}", out.display()));
    write(root, "srv/up", "-> ../../../../../../../../../..");
    write(root, "srv/circle/circle", "-> ..");
    write(
        root,
        "etc/cron.d/help",
        &format!(
            "* * * * * root php {}/artisan schedule:run\n",
            out.display()
        ),
    );
    write(
        root,
        "etc/cron.d/long",
        &format!("* * * * * root php {}artisan\n", "a/".repeat(40_000)),
    );
    write(
        root,
        "etc/cron.d/binary",
        "* * * * * root php /srv/\0help/artisan\n\u{1b}[31m",
    );
    write(
        root,
        "etc/nginx/nginx.conf",
        &"server { root /srv; ".repeat(5000),
    );
    write(
        root,
        "etc/crontab",
        &format!("{}\n", "A=$A$A$A$A$A$A$A$A\n".repeat(2000)),
    );
    assert_eq!(discover(&HostRoot::at(root).unwrap()), []);
}

#[test]
fn former_releases_are_no_installs_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for release in ["1", "2", "3"] {
        freescout(
            root,
            &format!("/var/www/help/releases/{release}"),
            "1.8.235",
        );
    }
    write(root, "var/www/help/current", "-> releases/3");
    let found = discover(&HostRoot::at(root).unwrap());
    let paths: Vec<&Path> = found.iter().map(|one| one.path.as_path()).collect();
    assert_eq!(paths, [Path::new("/var/www/help/releases/3")]);
}
