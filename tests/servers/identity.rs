//! Whom a server takes us for: the web user, as it takes FreeScout, wherever the install's own settings lead.

use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::Path;

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::engine::session::survey;
use freescout_rescue::engine::worker::{DatabaseValues, OtherDatabase};
use freescout_rescue::io::db::{self, StoreError};
use freescout_rescue::io::install::Environment;

use crate::install::Install;
use crate::not_tried::as_root;
use crate::server::{self, Server};

const NOBODY: u32 = 65534;

const WHOSE_RIGHTS: &str = "whose rights a database is reached with";

/// The install, the web user's.
fn given(install: &Install) {
    for entry in walkdir::WalkDir::new(install.root()) {
        lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(install.folder.path(), open).unwrap();
}

/// `.env` with these lines in place of its own.
fn env(install: &Install, lines: &[(&str, &str)]) {
    let mut text: Vec<String> = install
        .env()
        .lines()
        .filter(|line| {
            let name = line.split('=').next();
            lines.iter().all(|(changed, _)| name != Some(*changed))
        })
        .map(str::to_owned)
        .collect();
    text.extend(lines.iter().map(|(name, value)| format!("{name}={value}")));
    std::fs::write(install.root().join(".env"), text.join("\n") + "\n").unwrap();
}

/// A server that takes whoever connects to its socket for the account he is: root may do everything, the web user may
/// use this database.
fn vouching(server: &Server, database: &str) {
    match server.driver {
        Driver::MySql => server.admin(
            "",
            &[
                "CREATE USER nobody@localhost IDENTIFIED VIA unix_socket",
                &format!("GRANT ALL ON {database}.* TO nobody@localhost"),
                "ALTER USER root@localhost IDENTIFIED VIA unix_socket",
            ],
        ),
        _ => {
            server.admin(
                database,
                &[
                    "CREATE ROLE root SUPERUSER LOGIN",
                    &format!("CREATE ROLE nobody LOGIN IN ROLE {}", server::USER),
                ],
            );
            let hba = "local all root peer\nlocal all nobody peer\nlocal all postgres trust\n";
            std::fs::write(server.folder.join("data/pg_hba.conf"), hba).unwrap();
            server.admin("", &["SELECT pg_reload_conf()"]);
        }
    }
}

fn socket(server: &Server) -> (&'static str, String) {
    match server.driver {
        Driver::MySql => ("DB_SOCKET", server.socket()),
        _ => ("DB_HOST", server.folder.to_string_lossy().into_owned()),
    }
}

#[test]
fn a_socket_takes_us_for_the_web_user() {
    if !as_root(WHOSE_RIGHTS) {
        return;
    }
    for server in [server::own_mariadb(), server::own_postgres()] {
        let server: &'static Server = Box::leak(Box::new(server));
        let install = Install::new(server, "vouched");
        given(&install);
        vouching(server, &install.settings.database);
        let (name, place) = socket(server);
        let login = |user| {
            env(
                &install,
                &[(name, &place), ("DB_USERNAME", user), ("DB_PASSWORD", "")],
            );
        };
        // Whoever writes `.env` names root there, and gets what FreeScout would get.
        login("root");
        let before = install.env();
        for arguments in [&["check"][..], &["recover", "--yes", "--no-artisan"]] {
            let (code, _, said) = install.run(arguments);
            assert_eq!(code, 3, "{arguments:?}: {said}");
            assert!(said.contains("rejected the login of user root"), "{said}");
            assert!(said.contains("it was asked as nobody"), "{said}");
        }
        assert_eq!(install.env(), before);
        // As himself he is let in.
        login("nobody");
        let (code, out, said) = install.run(&["check", "--json"]);
        assert_eq!(code, 2, "{out}{said}");
        let (_, out, _) = install.run(&["check"]);
        assert!(
            out.contains("(login as the account nobody through the socket)"),
            "{out}"
        );
        let look_in = install.look_in();
        let backups = install.backups();
        let (code, out, said) = install.run(&[
            "recover",
            "--yes",
            "--no-test",
            "--no-artisan",
            "--backup-dir",
            backups.to_str().unwrap(),
            "--look-in",
            look_in.to_str().unwrap(),
        ]);
        assert_eq!(code, 2, "{out}{said}");
        // What the operator gives in place of FreeScout's settings is his own word, and his own name.
        login("root");
        let values = DatabaseValues {
            username: "root".to_owned(),
            socket: (server.driver == Driver::MySql).then(|| place.clone()),
            host: place.clone(),
            ..DatabaseValues::of(&install.settings)
        };
        let other = OtherDatabase {
            values,
            password: None,
        };
        let environment = Environment::default();
        let opened = survey::open(Some(&install.root()), environment, Some(other)).unwrap();
        let session = opened.unwrap_or_else(|no| panic!("{}", no.problem));
        assert!(session.other_database);
    }
}

#[test]
fn a_dump_has_the_name_that_the_connection_has() {
    if !as_root(WHOSE_RIGHTS) {
        return;
    }
    let server: &'static Server = Box::leak(Box::new(server::own_mariadb()));
    let install = Install::new(server, "dumped_as");
    given(&install);
    vouching(server, &install.settings.database);
    let (name, place) = socket(server);
    let login = [
        (name, &*place),
        ("DB_USERNAME", "nobody"),
        ("DB_PASSWORD", ""),
    ];
    env(&install, &login);
    let backups = install.backups();
    let (code, out, said) = install.run(&[
        "backup",
        "--full-dump",
        "--json",
        "--backup-dir",
        backups.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "{out}{said}");
    let made: serde_json::Value = serde_json::from_str(&out).unwrap();
    let dump = Path::new(made["backup"].as_str().unwrap()).join("database.dump");
    assert!(
        std::fs::read_to_string(dump)
            .unwrap()
            .contains("fs_mailboxes")
    );
}

#[test]
fn files_of_certificates_are_read_by_the_web_user() {
    if !as_root(WHOSE_RIGHTS) {
        return;
    }
    let maria = server::mariadb();
    let root = tempfile::tempdir().unwrap();
    let storage = root.path().join("storage");
    std::fs::create_dir(&storage).unwrap();
    lchown(&storage, Some(NOBODY), Some(NOBODY)).unwrap();
    std::fs::set_permissions(root.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let both = root.path().join("both.pem");
    let of_server = |name: &str| std::fs::read(maria.folder.join(name)).unwrap();
    std::fs::write(
        &both,
        [of_server("server.pem"), of_server("server.key")].concat(),
    )
    .unwrap();
    let settings = DbSettings {
        ssl_cert: Some(both.to_string_lossy().into_owned()),
        ssl_verify: false,
        ..maria.database("certificates")
    };
    for (mode, readable) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&both, std::fs::Permissions::from_mode(mode)).unwrap();
        match db::connect(&settings, root.path()) {
            Ok(_) => assert!(readable, "mode {mode:o}"),
            Err(error) => {
                assert!(matches!(error, StoreError::Tls(_)), "{error:?}");
                assert!(!readable, "mode {mode:o}: {error}");
            }
        }
    }
}
