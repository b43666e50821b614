//! Ways to a server, and what is said when there is none.

use std::path::Path;

use freescout_rescue::domain::config::{DbSettings, Driver};
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
    connects(&DbSettings {
        ssl_cert: Some(ca.clone()),
        ..plain.clone()
    });
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
        let refused = error(&with_ca(endless, false));
        assert!(matches!(refused, StoreError::Tls(_)), "{refused:?}");
        assert!(refused.to_string().contains(endless), "{refused}");
    }
    assert!(matches!(without, StoreError::Denied(_)), "{without:?}");
    assert!(matches!(wrong_name, StoreError::Tls(_)), "{wrong_name:?}");
    assert!(matches!(foreign, StoreError::Tls(_)), "{foreign:?}");
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
    }
}
