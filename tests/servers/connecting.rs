//! Ways to a server, and what is said when there is none.

use std::path::Path;

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::engine::session::database::unreachable_database;
use freescout_rescue::io::db::{self, StoreError};

use crate::server;

fn error(settings: &DbSettings) -> StoreError {
    match db::connect(settings, Path::new("/")) {
        Ok(_) => panic!("connected to {}:{}", settings.host, settings.port),
        Err(e) => e,
    }
}

fn connects(settings: &DbSettings) {
    let store = db::connect(settings, Path::new("/")).unwrap_or_else(|e| panic!("{e:?}"));
    let product = if settings.driver == Driver::MySql {
        "MariaDB 1"
    } else {
        "PostgreSQL 1"
    };
    assert!(store.server().starts_with(product), "{}", store.server());
}

#[test]
fn every_refusal_has_its_name() {
    for server in server::both() {
        let settings = server.database("refusals");
        connects(&settings);
        let denied = DbSettings {
            password: "wrong".into(),
            ..settings.clone()
        };
        assert!(
            matches!(error(&denied), StoreError::Denied(_)),
            "{:?}",
            error(&denied)
        );
        let unknown = DbSettings {
            database: "rescue_nowhere".to_owned(),
            ..settings.clone()
        };
        assert!(
            matches!(error(&unknown), StoreError::UnknownDatabase(_)),
            "{:?}",
            error(&unknown)
        );
        let nobody = DbSettings {
            port: 1,
            ..settings.clone()
        };
        assert!(
            matches!(error(&nobody), StoreError::Unreachable(_)),
            "{:?}",
            error(&nobody)
        );
        let nowhere = DbSettings {
            host: "no-such-host.invalid".to_owned(),
            ..settings.clone()
        };
        assert!(
            matches!(error(&nowhere), StoreError::Unreachable(_)),
            "{:?}",
            error(&nowhere)
        );
        for refused in [denied, unknown, nobody] {
            assert!(!error(&refused).to_string().contains(server::PASSWORD));
        }
    }
}

#[test]
fn a_server_that_takes_no_more_connections_is_not_told_to_be_away() {
    let maria = server::mariadb();
    let one = DbSettings {
        username: "crowded".to_owned(),
        password: "x".into(),
        ..maria.database("crowded")
    };
    maria.admin(
        "",
        &[
            "CREATE USER crowded@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1",
            "GRANT ALL ON rescue_crowded.* TO crowded@'%'",
        ],
    );
    let held = db::connect(&one, Path::new("/")).unwrap();
    let postgres = server::postgres();
    let none = postgres.database("crowded");
    postgres.admin("", &["ALTER DATABASE rescue_crowded CONNECTION LIMIT 0"]);
    for settings in [&one, &none] {
        let told = error(settings);
        assert!(matches!(told, StoreError::NotServing(_)), "{told:?}");
        let said = unreachable_database(&told, settings);
        assert_eq!(said.kind.code(), "database_busy");
        assert!(said.what.contains("serves nobody now"), "{}", said.what);
    }
    drop(held);
}

#[test]
fn sockets_are_found_by_their_settings() {
    let maria = server::mariadb();
    let through = DbSettings {
        socket: Some(maria.socket()),
        port: 1,
        ..maria.database("socket")
    };
    connects(&through);
    let missing = DbSettings {
        socket: Some("/nonexistent/socket".to_owned()),
        ..through
    };
    assert!(matches!(error(&missing), StoreError::Unreachable(_)));
    let postgres = server::postgres();
    connects(&DbSettings {
        host: postgres.folder.to_string_lossy().into_owned(),
        ..postgres.database("socket")
    });
}

#[test]
fn mysql_checks_certificates_as_pdo_does() {
    let maria = server::mariadb();
    let ca = maria.folder.join("ca.pem").to_string_lossy().into_owned();
    maria.admin(
        "",
        &[
            "CREATE USER encrypted@'%' IDENTIFIED BY 'x' REQUIRE SSL",
            "GRANT ALL ON rescue_tls.* TO encrypted@'%'",
        ],
    );
    let plain = DbSettings {
        username: "encrypted".to_owned(),
        password: "x".into(),
        ..maria.database("tls")
    };
    // VERIFY alone asks for no TLS, and this user needs it.
    let without = error(&plain);
    let other_ca = tempfile::NamedTempFile::new().unwrap();
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=Other",
            "-keyout",
            "/dev/null",
            "-out",
        ])
        .arg(other_ca.path())
        .output()
        .unwrap();
    assert!(made.status.success());
    let with_ca = |ca: &str, verify| DbSettings {
        ssl_ca: Some(ca.to_owned()),
        ssl_verify: verify,
        ..plain.clone()
    };
    // The certificate is for `localhost` alone, which means the socket to PHP: the name cannot match 127.0.0.1.
    let wrong_name = error(&with_ca(&ca, true));
    connects(&with_ca(&ca, false));
    let foreign = error(&with_ca(&other_ca.path().to_string_lossy(), true));
    own_certificates_are_shown(&plain, &maria.folder);
    // A name that others chose: what has no end is refused at once.
    let fifo = maria.folder.join("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    for endless in ["/dev/zero", fifo.to_str().unwrap()] {
        // What is not checked needs no authority, not even a file.
        connects(&with_ca(endless, false));
        let refused = error(&with_ca(endless, true));
        assert!(matches!(refused, StoreError::Tls(_)), "{refused:?}");
        assert!(refused.to_string().contains(endless), "{refused}");
    }
    assert!(matches!(without, StoreError::Denied(_)), "{without:?}");
    assert!(matches!(wrong_name, StoreError::Tls(_)), "{wrong_name:?}");
    assert!(matches!(foreign, StoreError::Tls(_)), "{foreign:?}");
}

/// Certificate and key are in one file, in any order. Without a CA, the server's is checked against the system's, which know
/// nothing of this one.
fn own_certificates_are_shown(plain: &DbSettings, folder: &Path) {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (certificate, key) = (read("server.pem"), read("server.key"));
    let with = |text: &str, verify| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let settings = DbSettings {
            ssl_cert: Some(file.path().to_string_lossy().into_owned()),
            ssl_verify: verify,
            ..plain.clone()
        };
        (file, settings)
    };
    for both in [
        [&*certificate, &*key].concat(),
        [&*key, &*certificate].concat(),
    ] {
        let (_file, unchecked) = with(&both, false);
        connects(&unchecked);
        let (_file, checked) = with(&both, true);
        assert!(matches!(error(&checked), StoreError::Tls(_)));
    }
    let other_key = [&*certificate, &*read("ca.key")].concat();
    for useless in [&*certificate, &*key, "", &*other_key] {
        let (_file, settings) = with(useless, false);
        let refused = error(&settings);
        assert!(matches!(refused, StoreError::Tls(_)), "{refused:?}");
    }
}

/// What PDO takes (PHP 8.2, OpenSSL 3.0), tried with the same certificates.
#[test]
fn mysql_takes_the_certificates_that_pdo_takes() {
    let maria = server::own_mariadb();
    let settings = DbSettings {
        username: "encrypted".to_owned(),
        password: "x".into(),
        ..maria.database("tls")
    };
    maria.admin(
        "",
        &[
            "CREATE USER encrypted@'%' IDENTIFIED BY 'x' REQUIRE SSL",
            "GRANT ALL ON rescue_tls.* TO encrypted@'%'",
        ],
    );
    let openssl = |arguments: &[&str]| {
        let done = std::process::Command::new("openssl")
            .args(arguments)
            .current_dir(&maria.folder)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    let signs_itself = |subject: &str, more: &[&str]| {
        let made = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            subject,
            "-keyout",
            "server.key",
            "-out",
            "server.pem",
        ];
        openssl(&[&made[..], more].concat());
    };
    let first_version = |days: &str| {
        let request = [
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ];
        openssl(&request);
        let sign = [
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-signkey",
            "server.key",
            "-days",
            days,
            "-out",
            "server.pem",
        ];
        openssl(&sign);
    };
    let named = ["-addext", "subjectAltName=IP:127.0.0.1"];
    let no_authority = ["-addext", "basicConstraints=CA:FALSE"];
    let otherwise_named = ["-addext", "subjectAltName=DNS:other.example"];
    let ours = maria.folder.join("server.pem");
    let other = maria.folder.join("ca.pem");
    let with = |ca: &Path, verify| DbSettings {
        ssl_ca: Some(ca.to_string_lossy().into_owned()),
        ssl_verify: verify,
        ..settings.clone()
    };
    let cases: [(&str, &dyn Fn(), bool); 7] = [
        (
            "its own authority",
            &|| signs_itself("/CN=127.0.0.1", &named),
            true,
        ),
        (
            "no authority",
            &|| signs_itself("/CN=127.0.0.1", &no_authority),
            true,
        ),
        (
            "by its common name",
            &|| signs_itself("/CN=127.0.0.1", &[]),
            true,
        ),
        ("first version", &|| first_version("2"), true),
        ("expired", &|| first_version("-1"), false),
        (
            "another name",
            &|| signs_itself("/CN=db.example", &[]),
            false,
        ),
        (
            "the common name beside others",
            &|| signs_itself("/CN=127.0.0.1", &otherwise_named),
            false,
        ),
    ];
    for (what, make, passes) in cases {
        make();
        // The server reads its files anew, and a key of ours must be its to read.
        std::process::Command::new("chmod")
            .arg("644")
            .arg(maria.folder.join("server.key"))
            .status()
            .unwrap();
        maria.admin("", &["FLUSH SSL"]);
        let opened = db::connect(&with(&ours, true), Path::new("/"));
        match (passes, opened) {
            (true, Ok(_)) | (false, Err(StoreError::Tls(_))) => {}
            (_, Ok(_)) => panic!("{what}: connected"),
            (_, Err(e)) => panic!("{what}: {e:?}"),
        }
        // Named by nobody, none of them passes; and where nothing is checked, all.
        let foreign = error(&with(&other, true));
        assert!(matches!(foreign, StoreError::Tls(_)), "{what}: {foreign:?}");
        connects(&with(&other, false));
    }
    // The login behind the handshake: the server's own words come through, and a long value too.
    signs_itself("/CN=127.0.0.1", &[]);
    maria.admin("", &["FLUSH SSL"]);
    let denied = error(&DbSettings {
        password: "wrong".into(),
        ..with(&ours, true)
    });
    assert!(matches!(denied, StoreError::Denied(_)), "{denied:?}");
    let table = format!("rescue_tls.{}options", settings.prefix);
    maria.admin(
        "",
        &[
            &format!("CREATE TABLE {table} (id INT PRIMARY KEY, value LONGTEXT) ENGINE=InnoDB"),
            &format!("INSERT INTO {table} VALUES (1, REPEAT('x', 1000000))"),
        ],
    );
    let mut store = db::connect(&with(&ours, true), Path::new("/")).unwrap();
    let mut lengths = Vec::new();
    store
        .read("options", &["value"], None, &mut |id, row| {
            lengths.push((id, row[0].text().map(<[u8]>::len)));
        })
        .unwrap();
    assert_eq!(lengths, [(1, Some(1_000_000))]);
}

#[test]
fn postgres_takes_sslmode_as_libpq_does() {
    let postgres = server::postgres();
    let settings = postgres.database("tls");
    let mode = |sslmode: &str, host: &str| DbSettings {
        sslmode: sslmode.to_owned(),
        host: host.to_owned(),
        ..settings.clone()
    };
    for sslmode in ["disable", "allow", "prefer", "require"] {
        connects(&mode(sslmode, "127.0.0.1"));
    }
    // By socket none of them matters.
    for sslmode in ["prefer", "require", "verify-ca", "verify-full"] {
        connects(&mode(sslmode, &postgres.folder.to_string_lossy()));
    }
    // No root certificate vouches for the test's own CA.
    for sslmode in ["verify-ca", "verify-full"] {
        let refused = error(&mode(sslmode, "localhost"));
        assert!(
            matches!(refused, StoreError::Tls(_)),
            "{sslmode}: {refused:?}"
        );
        let refused = refused.to_string();
        assert!(!refused.contains(".c:"), "{refused}");
    }
}

/// Set to a server's port in a process of its own: which authorities count is a variable of that process.
const PORT: &str = "RESCUE_TEST_POSTGRES_PORT";

/// As libpq 15 does: with a file of authorities, `require` checks the chain, and `prefer` goes on without TLS.
#[test]
fn postgres_checks_the_chain_where_a_file_of_authorities_is() {
    let postgres = server::postgres();
    let settings = postgres.database("authorities");
    if let Ok(port) = std::env::var(PORT) {
        let mode = |sslmode: &str| DbSettings {
            sslmode: sslmode.to_owned(),
            port: port.parse().unwrap(),
            ..settings.clone()
        };
        connects(&mode("prefer"));
        return connects(&mode("require"));
    }
    let other = tempfile::tempdir().unwrap();
    server::certificates(other.path());
    for (folder, good) in [(postgres.folder.as_path(), true), (other.path(), false)] {
        let this = "connecting::postgres_checks_the_chain_where_a_file_of_authorities_is";
        let out = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", this])
            .env(PORT, postgres.port.to_string())
            .env("PGSSLROOTCERT", folder.join("ca.pem"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert_eq!(said.contains("1 passed"), good, "{said}");
        assert_eq!(said.contains("certificate verify failed"), !good, "{said}");
    }
}
