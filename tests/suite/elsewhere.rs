//! Another key than that of `.env`, set where we are not started: found, named with file and line, and never guessed.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::elsewhere::{By, Elsewhere};
use freescout_rescue::engine::session::elsewhere;
use freescout_rescue::io::install::{Environment, Install};
use serde_json::Value as Json;

use crate::cli::Bench;
use crate::processes::Php;

pub const OTHER: &str = "base64:YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE=";

/// The install of the demo, all of it readable with the key of its `.env`, and that key.
pub fn healthy() -> (Bench, String) {
    let bench = Bench::new();
    let look_in = bench.path("demo/old-server");
    let install = bench.install();
    let arguments = [
        "recover",
        install.to_str().unwrap(),
        "--yes",
        "--no-test",
        "--no-artisan",
    ];
    let done = bench.run(&[&arguments[..], &["--look-in", look_in.to_str().unwrap()]].concat());
    assert!(matches!(done.code, 0 | 2), "{}", done.err);
    let env = std::fs::read_to_string(install.join(".env")).unwrap();
    let key = env.lines().find_map(|line| line.strip_prefix("APP_KEY="));
    let key = key.unwrap().trim_matches('"').to_owned();
    (bench, key)
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn finding(check: &Json) -> Option<(String, String)> {
    let findings = check["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["code"] == "key_set_elsewhere")?;
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    Some((text("severity"), text("message")))
}

#[test]
fn a_copy_beside_what_env_leads_to_holds_the_key() {
    let (bench, key) = healthy();
    let (env, data) = (bench.install().join(".env"), bench.path("data/config"));
    let text = std::fs::read_to_string(&env).unwrap();
    write(&bench.path("data/config.bak"), &text);
    // As an image leaves it that made a new key when it did not find the file where it was.
    write(&data.join("config"), &text.replace(&key, OTHER));
    std::fs::remove_file(&env).unwrap();
    std::os::unix::fs::symlink(data.join("config"), &env).unwrap();
    let cache = bench.install().join("bootstrap/cache/config.php");
    if cache.exists() {
        std::fs::remove_file(cache).unwrap();
    }
    let install = bench.install();
    let found = bench.run(&["find-key", install.to_str().unwrap(), "--json"]);
    let found: Json = serde_json::from_str(&found.out).unwrap();
    let keys = found["keys"].as_array().unwrap();
    let helps = keys
        .iter()
        .find(|key| key["opens"].as_u64() > Some(20))
        .unwrap();
    let source = helps["sources"][0]["path"].as_str().unwrap();
    assert!(source.ends_with("/data/config.bak"), "{helps}");
}

#[test]
fn a_key_in_htaccess_that_opens_nothing_is_critical_and_named() {
    let (bench, key) = healthy();
    assert_eq!(finding(&bench.check_json()), None);
    let htaccess = bench.install().join("public/.htaccess");
    write(&htaccess, &format!("# x\nSetEnv APP_KEY {key}\n"));
    assert_eq!(finding(&bench.check_json()), None, "the same key");
    write(&htaccess, &format!("# x\nSetEnv APP_KEY {OTHER}\n"));
    let (severity, said) = finding(&bench.check_json()).unwrap();
    let place = format!("{}, line 2", htaccess.display());
    assert!(severity == "critical" && said.contains(&place), "{said}");
    assert!(
        said.contains("can read 0 of ") && !said.contains(OTHER),
        "{said}"
    );
    let told = bench.check(&[]);
    assert_eq!(told.code, 2, "{}", told.out);
    assert!(
        !told.out.contains("Nothing needs to be done"),
        "{}",
        told.out
    );
}

/// What a recovery says that ends with 2, as FreeScout does not read what stands right.
fn recovered_unverified(bench: &Bench) -> Json {
    let arguments = ["recover", "--yes", "--no-test", "--no-artisan", "--json"];
    let done = bench.run(&[&arguments[..], &[bench.install().to_str().unwrap()]].concat());
    let json: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (done.code, &json["verified"]),
        (2, &Json::Bool(false)),
        "{}",
        done.err
    );
    json
}

#[test]
fn a_line_of_env_that_keeps_freescout_from_starting_is_not_all_well() {
    let (bench, _) = healthy();
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}APP_NAME=My Desk\n")).unwrap();
    let told = bench.check(&[]);
    assert_eq!(told.code, 2, "{}", told.out);
    assert!(
        told.out.contains("FreeScout does not start"),
        "{}",
        told.out
    );
    assert!(
        !told.out.contains("Nothing needs to be done"),
        "{}",
        told.out
    );
    recovered_unverified(&bench);
}

#[test]
fn a_recovery_with_nothing_to_write_is_not_verified_while_another_key_counts() {
    let (bench, _) = healthy();
    let htaccess = bench.install().join("public/.htaccess");
    write(&htaccess, &format!("SetEnv APP_KEY {OTHER}\n"));
    let json = recovered_unverified(&bench);
    assert_eq!(json["resealed"], 0);
}

#[test]
fn a_config_cache_hides_it_until_it_is_built_anew() {
    let (bench, key) = healthy();
    let install = bench.install();
    let env = std::fs::read_to_string(install.join(".env")).unwrap();
    bench.build_cache(&key);
    write(
        &install.join(".htaccess"),
        &format!("SetEnv APP_KEY {OTHER}\n"),
    );
    let (severity, said) = finding(&bench.check_json()).unwrap();
    assert!(
        severity == "warning" && said.contains("config cache"),
        "{said}"
    );
    // A recovery that would take the cache away would bring that key in force: it is not begun.
    bench.build_cache(OTHER);
    let arguments = [
        "recover",
        install.to_str().unwrap(),
        "--yes",
        "--no-test",
        "--no-artisan",
    ];
    let refused = bench.run(&arguments);
    assert_eq!(refused.code, 1, "{} {}", refused.out, refused.err);
    assert!(refused.err.contains(".htaccess, line 1"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(install.join(".env")).unwrap(), env);
    assert!(install.join("bootstrap/cache/config.php").exists());
}

#[test]
fn a_right_key_that_only_the_web_server_has_goes_into_env() {
    let (bench, key) = healthy();
    let install = bench.install();
    let env = std::fs::read_to_string(install.join(".env")).unwrap();
    std::fs::write(install.join(".env"), env.replace(&key, OTHER)).unwrap();
    let lost = bench.check_json();
    assert_eq!(lost["summary"]["opens"], 0);
    write(
        &install.join("public/.htaccess"),
        &format!("SetEnv APP_KEY \"{key}\"\n"),
    );
    let check = bench.check_json();
    assert_eq!(check["recommendation"]["strategy"], "restore", "{check}");
    let arguments = [
        "recover",
        install.to_str().unwrap(),
        "--yes",
        "--no-test",
        "--no-artisan",
        "--json",
    ];
    let done = bench.run(&arguments);
    let json: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!(json["verified"], true, "{}", done.err);
    assert_eq!(finding(&bench.check_json()), None);
}

#[test]
fn a_worker_that_was_started_with_another_key_in_its_environment_is_named() {
    let (bench, _) = healthy();
    let artisan = bench.install().join("artisan");
    std::fs::write(
        &artisan,
        "<?php fgets(STDIN); echo \"ready\\n\"; fgets(STDIN);",
    )
    .unwrap();
    let arguments = ["queue:work", "--queue=emails,default"];
    let environment = [("APP_KEY", OTHER)];
    let worker = Php::start(artisan.to_str().unwrap(), &arguments, &environment, "x");
    let (severity, said) = finding(&bench.check_json()).unwrap();
    let process = format!("environment of process {} sets APP_KEY", worker.pid());
    assert!(severity == "critical" && said.contains(&process), "{said}");
}

/// What is found for an install on a system of our own below a folder.
fn found(files: &[(&str, &str)]) -> Vec<(PathBuf, u64, bool, By)> {
    let bench = Bench::new();
    let root = std::fs::canonicalize(bench.install()).unwrap();
    let system = bench.path("system");
    for (path, text) in files {
        write(
            &system.join(path),
            &text.replace("ROOT", root.to_str().unwrap()),
        );
    }
    let install = Install::open(&root, Environment::default()).ok().unwrap();
    let told = elsewhere::read(&system, &install).settings.into_iter();
    told.map(
        |Elsewhere {
             setting,
             by,
             certain,
         }| {
            let path = setting.path.strip_prefix(&system).unwrap().to_owned();
            (path, setting.line, certain, by)
        },
    )
    .collect()
}

#[test]
fn sites_pools_and_services_that_name_a_link_to_the_install_are_its_own() {
    let bench = Bench::new();
    let link = bench.path("current");
    let root = std::fs::canonicalize(bench.install()).unwrap();
    std::os::unix::fs::symlink(&root, &link).unwrap();
    let system = bench.path("system");
    let texts = [
        (
            "etc/apache2/apache2.conf",
            "<VirtualHost *:80>\nDocumentRoot LINK/public\nSetEnv APP_KEY x\n</VirtualHost>\n",
        ),
        (
            "etc/php/8.2/fpm/pool.d/desk.conf",
            "[desk]\nchdir = LINK\nenv[APP_KEY] = x\n",
        ),
        (
            "etc/systemd/system/desk.service",
            "[Service]\nExecStart=/usr/bin/php 'LINK/artisan' queue:work\nEnvironment=APP_KEY=x\n",
        ),
        (
            "etc/cron.d/desk",
            "APP_KEY=x\n* * * * * www cd LINK&& php artisan schedule:run\n",
        ),
    ];
    for (path, text) in texts {
        write(
            &system.join(path),
            &text.replace("LINK", link.to_str().unwrap()),
        );
    }
    let install = Install::open(&root, Environment::default()).ok().unwrap();
    let told: Vec<(u64, bool)> = elsewhere::read(&system, &install)
        .settings
        .iter()
        .map(|e| (e.setting.line, e.certain))
        .collect();
    assert_eq!(told, [(3, true), (3, true), (3, true), (1, true)]);
}

#[test]
fn drop_ins_count_in_the_order_of_their_names_wherever_they_lie() {
    let drop_in = "[Service]\nEnvironment=APP_KEY=x\n";
    let files = [
        (
            "usr/lib/systemd/system/desk.service",
            "[Service]\nExecStart=php ROOT/artisan queue:work\n",
        ),
        ("usr/lib/systemd/system/desk.service.d/50.conf", drop_in),
        ("etc/systemd/system/desk.service.d/10.conf", drop_in),
    ];
    let last = PathBuf::from("usr/lib/systemd/system/desk.service.d/50.conf");
    let by = By::Service("desk".into());
    assert_eq!(found(&files), [(last, 2, true, by.clone())]);
    let over = ("etc/systemd/system/desk.service.d/50.conf", drop_in);
    let files = [&files[..], &[over]].concat();
    assert_eq!(found(&files), [(PathBuf::from(over.0), 2, true, by)]);
}

#[test]
fn a_value_that_the_file_does_not_hold_is_not_called_a_key() {
    let (bench, _) = healthy();
    let htaccess = bench.install().join("public/.htaccess");
    write(&htaccess, "PassEnv APP_KEY\n");
    let (severity, said) = finding(&bench.check_json()).unwrap();
    assert!(
        severity == "warning" && said.contains("takes APP_KEY from somewhere else"),
        "{said}"
    );
    assert!(!said.contains("reads 0 of"), "{said}");
}

#[test]
fn debian_and_rhel_with_their_includes_and_drop_ins() {
    let nginx = "http { include /etc/nginx/sites-enabled/*; }";
    let site = "server { server_name desk;\n root ROOT/public;\n include snippets/php.conf; }\nserver { root /srv/other; location / { fastcgi_pass unix:/run/php/other.sock; } }";
    let php = "location ~ \\.php$ { fastcgi_pass unix:/run/php/desk.sock; }";
    let pool = "[desk]\nlisten = /run/php/desk.sock\nenv[APP_KEY] = x\n[other]\nlisten = /run/php/other.sock\nenv[APP_KEY] = x\n";
    let files = [
        ("etc/nginx/nginx.conf", nginx),
        ("etc/nginx/sites-enabled/desk", site),
        ("etc/nginx/snippets/php.conf", php),
        ("etc/php/8.2/fpm/pool.d/desk.conf", pool),
    ];
    let desk = By::Pool("desk".into());
    let place = PathBuf::from("etc/php/8.2/fpm/pool.d/desk.conf");
    assert_eq!(found(&files), [(place, 3, true, desk)]);
    let files = [
        (
            "etc/httpd/conf/httpd.conf",
            "ServerRoot /etc/httpd\nIncludeOptional conf.d/*.conf\n",
        ),
        (
            "etc/httpd/conf.d/desk.conf",
            "<VirtualHost *:443>\nServerName desk\nDocumentRoot ROOT/public\nSetEnv DB_HOST db\n</VirtualHost>\n",
        ),
        (
            "usr/lib/systemd/system/desk.service",
            "[Service]\nExecStart=/usr/bin/php ROOT/artisan queue:work\n",
        ),
        (
            "etc/systemd/system/desk.service.d/key.conf",
            "[Service]\nEnvironment=APP_KEY=x\n",
        ),
        (
            "etc/systemd/system/other.service",
            "[Service]\nExecStart=/usr/bin/php /srv/other/artisan\nEnvironment=APP_KEY=x\n",
        ),
    ];
    let by_site = By::Site("desk".into());
    let by_unit = By::Service("desk".into());
    assert_eq!(
        found(&files),
        [
            (
                PathBuf::from("etc/httpd/conf.d/desk.conf"),
                4,
                true,
                by_site
            ),
            (
                PathBuf::from("etc/systemd/system/desk.service.d/key.conf"),
                2,
                true,
                by_unit
            ),
        ]
    );
}

#[test]
fn caddy_with_its_imports_and_the_pool_behind_it() {
    let main = "{\n\tadmin off\n}\nimport sites/*.caddy\n";
    let site = "desk.example {\n\troot * ROOT/public\n\timport /etc/caddy/php\n}\n";
    let php = "php_fastcgi unix//run/php/desk.sock {\n\tenv APP_KEY x\n}\n";
    let other =
        "other.example {\n\troot * /srv/other\n\tphp_fastcgi :9000 {\n\t\tenv APP_KEY x\n\t}\n}\n";
    let pool = "[desk]\nlisten = /run/php/desk.sock\nenv[DB_HOST] = x\n[other]\nlisten = 9000\nenv[APP_KEY] = x\n";
    let files = [
        ("etc/caddy/Caddyfile", main),
        ("etc/caddy/sites/desk.caddy", site),
        ("etc/caddy/sites/other.caddy", other),
        ("etc/caddy/php", php),
        ("etc/php/8.2/fpm/pool.d/desk.conf", pool),
    ];
    let mut told = found(&files);
    told.sort_by_key(|(path, ..)| path.clone());
    let by_site = By::Site("desk.example".into());
    let by_pool = By::Pool("desk".into());
    assert_eq!(
        told,
        [
            (PathBuf::from("etc/caddy/php"), 2, true, by_site),
            (
                PathBuf::from("etc/php/8.2/fpm/pool.d/desk.conf"),
                3,
                true,
                by_pool
            ),
        ]
    );
}

#[test]
fn hostile_configuration_ends_and_tells_nothing() {
    let around = "include /etc/nginx/nginx.conf; server { root ROOT/public; include nginx.conf; ";
    let deep = format!("{}{}", "a { ".repeat(5000), "fastcgi_param APP_KEY x;");
    let apache = "Include /etc/apache2/apache2.conf\n<Directory ROOT\nSetEnv\nSetEnv APP_KEY\n</VirtualHost>\n</Directory>\n\\";
    let told = found(&[
        ("etc/nginx/nginx.conf", around),
        ("etc/nginx/conf.d/x.conf", &deep),
        ("etc/apache2/apache2.conf", apache),
        (
            "etc/php-fpm.d/x.conf",
            "env[APP_KEY]=x\n[\nenv[]=\nlisten\n=\n",
        ),
        ("etc/crontab", "=\n\u{0}\n"),
    ]);
    assert!(
        told.iter().all(|(path, ..)| path.ends_with("apache2.conf")),
        "{told:?}"
    );
}

#[test]
fn a_container_that_writes_env_at_its_start_is_said() {
    let (bench, _) = healthy();
    let install = bench.install();
    let secret = bench.path("secret");
    std::fs::write(&secret, format!("{OTHER}\n")).unwrap();
    for (name, value) in [
        ("FREESCOUT_APP_KEY", OTHER),
        ("FREESCOUT_APP_KEY_FILE", secret.to_str().unwrap()),
    ] {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
            .args(["check", "--json", "--state-dir"])
            .args([bench.path("state"), install.clone()])
            .env_clear()
            .env(name, value)
            .output()
            .unwrap();
        let check: Json = serde_json::from_slice(&out.stdout).unwrap();
        let (severity, said) = finding(&check).unwrap();
        assert!(severity == "critical" && said.contains(name), "{said}");
        assert!(said.contains("next time the container starts"), "{said}");
    }
}
