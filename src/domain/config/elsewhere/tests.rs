//! Configuration as distributions, panels and administrators write it, and whose it is.
#![allow(clippy::unwrap_used)]

use super::apache::told;
use super::*;

const ROOT: &str = "/srv/desk";

fn site() -> Site<'static> {
    Site {
        root: Path::new(ROOT),
        user: "desk",
    }
}

fn tied(blocks: Vec<Block>) -> Vec<(String, u64, bool)> {
    let tied = tie(blocks, &site()).into_iter();
    tied.map(|e| {
        (
            e.setting.path.to_string_lossy().into_owned(),
            e.setting.line,
            e.certain,
        )
    })
    .collect()
}

fn fpm(path: &str, text: &str) -> Vec<Block> {
    sections::fpm(Path::new(path), text.as_bytes())
}

fn nginx(text: &str) -> Vec<Block> {
    nginx::configuration(Path::new("n"), text.as_bytes(), &|_| Vec::new())
}

fn caddy(text: &str) -> Vec<Block> {
    caddy::configuration(Path::new("c"), text.as_bytes(), &|_| Vec::new())
}

fn apache(text: &str) -> Vec<Block> {
    apache::configuration(Path::new("a"), text.as_bytes(), &|_| Vec::new())
}

#[test]
fn a_pool_is_the_installs_by_the_socket_of_its_site_before_its_user() {
    let pools = || {
        let mut pools = fpm(
            "p1",
            "[one]\nuser = desk\nlisten = /run/php/one.sock\nenv[APP_KEY] = k\n",
        );
        pools.extend(fpm(
            "p2",
            "[two]\nuser=www\nlisten=/run/php/$pool.sock\n; x\nenv[APP_KEY]=\"k\" ; y\n",
        ));
        pools
    };
    assert_eq!(tied(pools()), [("p1".to_owned(), 4, true)], "by its user");
    let with = |site: Vec<Block>| tied(pools().into_iter().chain(site).collect());
    let ours = "server { root /srv/desk/public; location ~ \\.php$ { fastcgi_pass unix:/var/run/php/two.sock; } }";
    assert_eq!(with(nginx(ours)), [("p2".to_owned(), 5, true)]);
    let theirs = "server { root /srv/other; location / { fastcgi_pass unix:/run/php/one.sock; } }";
    assert_eq!(with(nginx(theirs)), [], "the other site's");
    let handler = "<VirtualHost *:80>\nDocumentRoot \"/srv/desk/public\"\n<FilesMatch \\.php$>\nSetHandler \"proxy:unix:/run/php/two.sock|fcgi://localhost/\"\n</FilesMatch>\n</VirtualHost>";
    assert_eq!(with(apache(handler)), [("p2".to_owned(), 5, true)]);
    let twice = fpm("p3", "[a]\nuser=desk\nenv[APP_KEY]=x\n[b]\nuser=desk\n");
    assert_eq!(tied(twice), [("p3".to_owned(), 3, false)], "one of two");
}

#[test]
fn sites_of_others_are_not_ours_and_the_nearest_root_is() {
    let text = |root: &str| {
        format!(
            "SetEnv DB_HOST all\n<VirtualHost *>\nDocumentRoot {root}\nSetEnv APP_KEY \"k k\"\nPassEnv DB_PORT\n</VirtualHost>\n"
        )
    };
    let desk = apache(&text("/srv/desk/public"));
    let settings: Vec<Setting> = tie(desk, &site()).into_iter().map(|e| e.setting).collect();
    let one =
        |name: &str, value: Option<&str>, line| (name.to_owned(), value.map(str::to_owned), line);
    let expected = [
        one("APP_KEY", Some("k k"), 4),
        one("DB_PORT", None, 5),
        one("DB_HOST", Some("all"), 1),
    ];
    assert_eq!(told(&settings), expected);
    assert_eq!(tied(apache(&text("/srv/other"))), []);
    assert_eq!(tied(apache(&text("/srv/desk-2/public"))), []);
    assert_eq!(
        tied(apache(&text("/srv"))).len(),
        3,
        "served from a folder above"
    );
    let both = format!(
        "{}{}",
        text("/srv"),
        text("/srv/desk/public").replace("k k", "q")
    );
    let lines: Vec<u64> = tied(apache(&both))
        .iter()
        .map(|(_, line, _)| *line)
        .collect();
    assert_eq!(lines, [10, 11, 7]);
    let folder = "<Directory /srv/desk>\nSetEnv APP_KEY k\n</Directory>\n<Directory /srv/other>\nSetEnv APP_KEY k\n</Directory>\n<Location /x>\nSetEnv APP_KEY k\n</Location>";
    assert_eq!(tied(apache(folder)), [("a".to_owned(), 2, true)]);
    let htaccess = apache::htaccess(
        Path::new("/srv/desk/public/.htaccess"),
        b"<IfModule mod_env.c>\n SetEnv APP_KEY k\n</IfModule>",
    );
    assert_eq!(
        tied(htaccess),
        [("/srv/desk/public/.htaccess".to_owned(), 2, true)]
    );
}

#[test]
fn what_apache_sets_for_others_or_takes_back_is_not_ours() {
    let site = |root: &str, inner: &str| {
        format!("<VirtualHost *:80>\nDocumentRoot {root}\n{inner}\n</VirtualHost>\n")
    };
    let ours = |inner: &str| site("/srv/desk/public", inner);
    let folder = "<Directory /srv>\nSetEnv APP_KEY k\n</Directory>";
    let theirs = ours("") + &site("/srv/other", folder);
    assert_eq!(tied(apache(&theirs)), [], "a folder within another site");
    let line = |line: u64, certain: bool| vec![("a".to_owned(), line, certain)];
    assert_eq!(tied(apache(&ours(folder))), line(4, true));
    let pattern = "<Directory \"/srv/*/public\">\nSetEnv APP_KEY k\n</Directory>";
    assert_eq!(tied(apache(&ours(pattern))), line(4, true));
    assert_eq!(tied(apache(&pattern.replace("/srv/*", "/srv/*/*"))), []);
    let condition = "<If \"%{HTTP_HOST} == 'x'\">\nSetEnv APP_KEY k\n</If>";
    assert_eq!(tied(apache(&ours(condition))), line(4, false));
    let also = format!("SetEnv APP_KEY q\n{condition}");
    assert_eq!(tied(apache(&ours(&also))), line(3, true));
    let taken_back = format!("SetEnv APP_KEY k\n{}", ours("UnsetEnv APP_KEY"));
    assert_eq!(tied(apache(&taken_back)), []);
    let defined = "Define ROOT /srv/desk\n".to_owned()
        + &site(
            "\"${ROOT}/public\"",
            "SetEnv APP_KEY k\nSetEnv DB_HOST ${UNKNOWN}",
        );
    let [key, host] = [line(4, true), line(5, false)];
    assert_eq!(tied(apache(&defined)), [key, host].concat());
}

#[test]
fn nginx_hands_on_what_its_nearest_level_sets() {
    let own = "http { fastcgi_param APP_KEY far; server { root /srv/desk/public; location ~ x { fastcgi_param A b;\n fastcgi_param APP_KEY 'near'; fastcgi_pass 127.0.0.1:9000; } } }";
    assert_eq!(tied(nginx(own)), [("n".to_owned(), 2, true)]);
    let hidden = "http { fastcgi_param APP_KEY far; server { root /srv/desk/public; location ~ x { fastcgi_param A b; fastcgi_pass php; } } }";
    assert_eq!(tied(nginx(hidden)), []);
    let inherited = "http { fastcgi_param APP_KEY far; server { root /srv/desk/public; location ~ x { fastcgi_pass php; } } }";
    assert_eq!(tied(nginx(inherited)), [("n".to_owned(), 1, true)]);
    let taken_over = inherited.replace("far", "$key");
    assert_eq!(tied(nginx(&taken_over)), [("n".to_owned(), 1, false)]);
    assert_eq!(tied(nginx("}}{{{ server { root \"/srv/desk")), []);
}

#[test]
fn patterns_stand_for_names() {
    for (name, pattern, right) in [
        ("www.conf", "*.conf", true),
        ("www.conf.bak", "*.conf", false),
        ("php8.2", "php*", true),
        ("a", "?", true),
        ("ab", "?", false),
        ("site.conf", "[^.#]*.conf", true),
        ("aXbXc", "a*b*c", true),
        ("", "*", true),
    ] {
        assert_eq!(
            fits(name.as_bytes(), pattern.as_bytes()),
            right,
            "{name} {pattern}"
        );
    }
}

#[test]
fn services_are_told_by_what_they_run() {
    let unit = |name: &str, text: &str| {
        let files = [(PathBuf::from("u"), text.as_bytes().to_vec())];
        let load = |path: &Path| {
            (path == Path::new("/etc/desk.env")).then(|| b"# x\nAPP_KEY='file'\n".to_vec())
        };
        vec![sections::unit(name, &files, &load)]
    };
    let runs = "[Service]\nWorkingDirectory=/srv/desk\nEnvironment=\"A=b c\" 'APP_KEY=k'\n";
    assert_eq!(tied(unit("desk-queue", runs)), [("u".to_owned(), 3, true)]);
    let both = "[Service]\nExecStart=php /srv/desk/artisan\nEnvironmentFile=/etc/desk.env\nEnvironment=APP_KEY=k\n";
    let file = ("/etc/desk.env".to_owned(), 2, true);
    assert_eq!(tied(unit("x", both)), [file], "the file counts");
    let taken_back = format!("{both}EnvironmentFile=\n");
    assert_eq!(tied(unit("x", &taken_back)), [("u".to_owned(), 4, true)]);
    let from_file =
        "[Service]\nExecStart=php /srv/desk/artisan queue:work\nEnvironmentFile=-/etc/desk.env\n";
    assert_eq!(
        tied(unit("x", from_file)),
        [("/etc/desk.env".to_owned(), 2, true)]
    );
    assert_eq!(
        tied(unit(
            "x",
            "[Service]\nExecStart=/srv/desk-2/artisan\nEnvironment=APP_KEY=k\n"
        )),
        []
    );
    assert_eq!(
        tied(unit("php8.2-fpm", "[Service]\nEnvironment=APP_KEY=k\n")),
        [("u".to_owned(), 2, false)]
    );
    let programs = "[supervisord]\nenvironment=DB_HOST=h\n[program:q]\ncommand=php /srv/desk/artisan queue:work\nenvironment=A=\"x,y\",APP_KEY=\"k\"\n[program:z]\ncommand=php /srv/other/artisan\nenvironment=APP_KEY=k\n";
    assert_eq!(
        tied(supervisor(&[programs])),
        [("s".to_owned(), 5, true), ("s".to_owned(), 2, true)]
    );
    let cron = "APP_KEY=k\n* * * * * cd /srv/desk && php artisan schedule:run\nDB_HOST=late\n# x\n* * * * * DB_PORT=1 php /srv/other/artisan x\n";
    assert_eq!(
        tied(lines::crontab(Path::new("c"), cron.as_bytes())),
        [("c".to_owned(), 1, true)]
    );
}

fn supervisor(texts: &[&str]) -> Vec<Block> {
    let file = |text: &&str| (PathBuf::from("s"), text.as_bytes().to_vec());
    sections::supervisor(&texts.iter().map(file).collect::<Vec<_>>())
}

#[test]
fn supervisor_hands_on_across_files_and_cuts_bare_values() {
    let one = |text: &str| {
        let program = format!("[program:q]\ncommand=php /srv/desk/artisan\n{text}\n");
        let all = supervisor(&["[supervisord]\nenvironment=DB_HOST='h'\n", &program]);
        let settings: Vec<Setting> = tie(all, &site()).into_iter().map(|e| e.setting).collect();
        let told = told(&settings).into_iter();
        told.map(|(name, value, _)| format!("{name}={}", value.unwrap_or("?".to_owned())))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        one("environment=A=1,APP_KEY=base64:a+/b=,DB_PORT=2"),
        ["APP_KEY=base64:a+/b", "DB_PORT=2", "DB_HOST=h"]
    );
    assert_eq!(
        one("environment=APP_KEY=\"base64:a,b=\", DB_PORT='2'"),
        ["APP_KEY=base64:a,b=", "DB_PORT=2", "DB_HOST=h"]
    );
    assert_eq!(
        one("environment=APP_KEY=\"%(ENV_APP_KEY)s\""),
        ["APP_KEY=?", "DB_HOST=h"]
    );
    assert_eq!(
        one("[eventlistener:x]\ncommand=x\nenvironment=APP_KEY=x"),
        ["DB_HOST=h"]
    );
    assert_eq!(one("[group:x]\nenvironment=APP_KEY=x"), ["DB_HOST=h"]);
}

#[test]
fn scripts_that_run_first_set_variables_and_ini_files_do_not() {
    assert_eq!(
        lines::runs_first(b"memory_limit=1G\nauto_prepend_file = \"/srv/desk/pre.php\"\n")
            .as_deref(),
        Some("/srv/desk/pre.php")
    );
    assert_eq!(
        lines::runs_first(b"env[APP_KEY]=k\nauto_prepend_file=none\n"),
        None
    );
    let script =
        b"<?php\nputenv('APP_KEY=k');\n$_SERVER['DB_HOST'] = 'h';\nputenv('DB_PORT=' . port());\n";
    let one =
        |name: &str, value: Option<&str>, line| (name.to_owned(), value.map(str::to_owned), line);
    assert_eq!(
        told(&lines::script(Path::new("p"), script)),
        [
            one("APP_KEY", Some("k"), 2),
            one("DB_HOST", Some("h"), 3),
            one("DB_PORT", None, 4)
        ]
    );
}

#[test]
fn what_caddy_hands_to_php_is_seen_and_what_it_replaces_is_not_known() {
    let site = |inner: &str| {
        format!(
            "{{\n\temail a@b.example\n}}\n\nhelp.example.org, www.example.org {{\n\troot * /srv/desk/public\n{inner}\n\tfile_server\n}}\n"
        )
    };
    let plain =
        site("\tphp_fastcgi unix//run/php/x.sock {\n\t\t# its key\n\t\tenv APP_KEY \"k k\"\n\t}");
    assert_eq!(tied(caddy(&plain)), [("c".to_owned(), 9, true)]);
    let told = tie(caddy(&plain), &self::site());
    let value = told[0].setting.value.as_ref().unwrap();
    assert_eq!(value.expose(), b"k k");
    let proxied = site(
        "\treverse_proxy localhost:9000 {\n\t\ttransport fastcgi {\n\t\t\tenv APP_KEY `k`\n\t\t}\n\t}",
    );
    assert_eq!(tied(caddy(&proxied)), [("c".to_owned(), 9, true)]);
    let replaced = site("\tphp_fastcgi :9000 {\n\t\tenv APP_KEY {$THE_KEY}\n\t}");
    assert_eq!(
        tied(caddy(&replaced)),
        [("c".to_owned(), 8, false)],
        "not known"
    );
    let others = plain.replace("/srv/desk", "/srv/other");
    assert_eq!(tied(caddy(&others)), []);
    let snippet = format!(
        "(php) {{\n\tphp_fastcgi unix//run/php/x.sock {{\n\t\tenv APP_KEY k\n\t}}\n}}\n{}",
        site("\timport php")
    );
    assert_eq!(tied(caddy(&snippet)), [("c".to_owned(), 3, true)]);
    let alone =
        "help.example.org\nroot * /srv/desk/public\nphp_fastcgi :9000 {\n env APP_KEY k\n}\n";
    assert_eq!(tied(caddy(alone)), [("c".to_owned(), 4, true)]);
}

#[test]
fn a_pool_behind_caddy_is_the_installs() {
    let pool = |at: &str| {
        let own = format!("[p]\nuser = php\nlisten = {at}\nenv[APP_KEY] = k\n");
        fpm("p", &own)
    };
    for (listens, passed) in [
        ("/run/php/x.sock", "unix//run/php/x.sock"),
        ("/var/run/php/x.sock", "unix//run/php/x.sock"),
        ("127.0.0.1:9000", "localhost:9000"),
        ("9000", ":9000"),
        ("9000", "tcp/127.0.0.1:9000"),
    ] {
        let text = |root: &str| {
            format!("help.example.org {{\n root * {root}\n php_fastcgi {passed}\n}}\n")
        };
        let with = |site: &str| {
            let both = pool(listens).into_iter().chain(caddy(&text(site)));
            tied(both.collect())
        };
        assert_eq!(
            with("/srv/desk/public"),
            [("p".to_owned(), 4, true)],
            "{passed}"
        );
        assert_eq!(with("/srv/other"), [], "{passed}");
    }
}

#[test]
fn no_bytes_of_a_caddyfile_end_the_reading() {
    let deep = "a {\n".repeat(5000);
    let endless = "(a) {\n import a\n import a\n}\nx {\n import a\n}\n";
    for text in [
        &deep[..],
        endless,
        "\"",
        "`",
        "x {\n \\",
        "}\n}\n{",
        "import (",
        "a,\nb,",
    ] {
        assert_eq!(tied(caddy(text)), [], "{text:.20}");
    }
}
