//! Certificates, good and bad, where FreeScout checks them and where it does not.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, LazyLock};

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::probe::{CertificateFault, Ended, TestCaution};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{MailServer, Protocol, Security};
use freescout_rescue::engine::mail_test::connections;
use freescout_rescue::io::mail::{Settings, probe};
use freescout_rescue::io::os::tls::Trust;
use openssl::x509::X509;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::cli::Bench;
use crate::provider;

use super::{HOST, assert_code, settings, target};
use crate::scripted::{Server, Step, script};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Good,
    Expired,
    OtherName,
    Untrusted,
    /// Signed by itself, and in the store.
    Itself,
    /// Without alternative names.
    CommonName,
    /// A few days left.
    Soon,
}

struct Made {
    chain: CertificateDer<'static>,
    key: Vec<u8>,
}

struct Certificates {
    authority: CertificateDer<'static>,
    made: Vec<(Kind, Made)>,
}

const KINDS: [Kind; 7] = [
    Kind::Good,
    Kind::Expired,
    Kind::OtherName,
    Kind::Untrusted,
    Kind::Itself,
    Kind::CommonName,
    Kind::Soon,
];

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        (certificate, Issuer::new(params, key))
    };
    let (known, known_issuer) = authority("Known Authority");
    let (_, unknown_issuer) = authority("Unknown Authority");
    let make = |kind: Kind| {
        let names = match kind {
            Kind::OtherName => vec!["*.hoster.example".to_owned(), "hoster.example".to_owned()],
            Kind::CommonName => Vec::new(),
            Kind::Good => vec![HOST.to_owned(), "127.0.0.1".to_owned()],
            _ => vec![HOST.to_owned()],
        };
        let mut params = CertificateParams::new(names).unwrap();
        if kind == Kind::CommonName {
            params.distinguished_name.push(DnType::CommonName, HOST);
        }
        if kind == Kind::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        if kind == Kind::Soon {
            let days = std::time::Duration::from_secs(5 * 86_400 + 3_600);
            params.not_after = (std::time::SystemTime::now() + days).into();
        }
        let key = KeyPair::generate().unwrap();
        let chain = match kind {
            Kind::Itself => params.self_signed(&key).unwrap(),
            Kind::Untrusted => params.signed_by(&key, &unknown_issuer).unwrap(),
            _ => params.signed_by(&key, &known_issuer).unwrap(),
        };
        Made {
            chain: chain.der().clone(),
            key: key.serialize_der(),
        }
    };
    Certificates {
        authority: known,
        made: KINDS.map(|kind| (kind, make(kind))).into(),
    }
});

fn made(kind: Kind) -> &'static Made {
    let (_, made) = CERTIFICATES.made.iter().find(|(k, _)| *k == kind).unwrap();
    made
}

/// What a server with this certificate negotiates with.
pub fn server_config(kind: Kind) -> Arc<ServerConfig> {
    let made = made(kind);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.key.clone()));
    Arc::new(
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.chain.clone()], key)
            .unwrap(),
    )
}

fn read(certificate: &CertificateDer<'_>) -> X509 {
    X509::from_der(certificate).unwrap()
}

/// The authority, and the certificate that is trusted itself.
pub fn trust() -> Trust {
    Trust::of(vec![
        read(&CERTIFICATES.authority),
        read(&made(Kind::Itself).chain),
    ])
}

fn climb(server: &Server, target: &MailServer, trust: Trust) -> Ended {
    let settings = settings(&target.host, server.address, trust);
    let password = SecretBytes::from(&b"secret"[..]);
    probe(
        target,
        Some(&password),
        &settings,
        &false.into(),
        &mut |_| {},
    )
    .unwrap()
}

fn imap(kind: Kind, checks: bool) -> Ended {
    imap_trusting(kind, checks, trust())
}

fn imap_trusting(kind: Kind, checks: bool, trust: Trust) -> Ended {
    let mut steps = vec![Step::StartTls(server_config(kind))];
    steps.extend(script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        R2 OK in
        C: R3 LIST
        * LIST () / INBOX
        R3 OK done
        C: R4 EXAMINE
        R4 OK done",
    ));
    let server = Server::new(steps);
    let ended = climb(
        &server,
        &MailServer {
            security: Security::Implicit,
            checks_certificate: checks,
            ..target(Protocol::Imap)
        },
        trust,
    );
    let records = server.records();
    let logged_in = records[0].text().contains("LOGIN");
    assert_eq!(
        logged_in,
        ended.code == Code::Ok,
        "no password before a certificate that must be good: {records:?}"
    );
    ended
}

fn fault(kind: Kind) -> Option<(Code, CertificateFault)> {
    match kind {
        Kind::Expired => Some((Code::CertExpired, CertificateFault::Expired)),
        Kind::OtherName => Some((
            Code::CertName,
            CertificateFault::OtherName(vec![
                "*.hoster.example".into(),
                "hoster.example".to_owned().into(),
            ]),
        )),
        Kind::Untrusted => Some((Code::CertUntrusted, CertificateFault::Untrusted)),
        Kind::Good | Kind::Itself | Kind::CommonName | Kind::Soon => None,
    }
}

#[test]
fn where_freescout_checks_a_bad_certificate_ends_it() {
    for kind in KINDS {
        let ended = imap(kind, true);
        let Some((code, _)) = fault(kind) else {
            assert_code(&ended, Code::Ok);
            continue;
        };
        assert_code(&ended, code);
        assert_eq!(ended.rung, Some(Rung::Tls), "{kind:?}");
        if kind == Kind::OtherName {
            assert_eq!(ended.server_said, "*.hoster.example, hoster.example");
        }
    }
}

#[test]
fn where_freescout_does_not_check_it_passes_with_a_caution() {
    for kind in KINDS {
        let ended = imap(kind, false);
        assert_code(&ended, Code::Ok);
        let expected = match kind {
            Kind::Soon => Some(TestCaution::ExpiresSoon(5)),
            _ => fault(kind).map(|(_, fault)| TestCaution::Unchecked(fault)),
        };
        assert_eq!(ended.cautions, Vec::from_iter(expected), "{kind:?}");
    }
}

#[test]
fn the_rung_tells_version_name_authority_and_days() {
    let ended = imap(Kind::Soon, true);
    let tls = ended.ladder.iter().find(|step| step.rung == Rung::Tls);
    assert_eq!(
        tls.unwrap().detail,
        "TLSv1.3, mail.example.org, by Known Authority, 5 d left"
    );
    // Until the year 4096.
    let ended = imap(Kind::Good, true);
    let tls = ended.ladder.iter().find(|step| step.rung == Rung::Tls);
    assert_eq!(
        tls.unwrap().detail,
        "TLSv1.3, mail.example.org, 127.0.0.1, by Known Authority, no expiry"
    );
    let ended = imap(Kind::Expired, false);
    let tls = ended.ladder.iter().find(|step| step.rung == Rung::Tls);
    assert!(tls.unwrap().detail.raw().contains("expired"), "{ended:?}");
}

#[test]
fn smtp_never_checks() {
    for kind in [Kind::Expired, Kind::OtherName, Kind::Untrusted] {
        let mut steps = script("220 ready\nC: EHLO\n250-x\n250 STARTTLS\nC: STARTTLS\n220 go");
        steps.push(Step::StartTls(server_config(kind)));
        steps.extend(script(
            "C: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH PLAIN\n235 in",
        ));
        let server = Server::new(steps);
        let ended = climb(
            &server,
            &MailServer {
                security: Security::StartTls,
                sender: String::new(),
                ..target(Protocol::Smtp)
            },
            trust(),
        );
        assert_code(&ended, Code::Ok);
        assert_eq!(
            ended.cautions,
            [TestCaution::Unchecked(fault(kind).unwrap().1)]
        );
    }
}

#[test]
fn a_certificate_in_the_store_that_another_signed_is_not_trusted_by_itself() {
    // OpenSSL wants a chain up to a certificate that signed itself.
    let mut steps = vec![Step::StartTls(server_config(Kind::Untrusted))];
    steps.extend(script("* OK ready"));
    let server = Server::new(steps);
    let target = MailServer {
        security: Security::Implicit,
        checks_certificate: true,
        ..target(Protocol::Imap)
    };
    let store = Trust::of(vec![read(&made(Kind::Untrusted).chain)]);
    let password = SecretBytes::from(&b"secret"[..]);
    let ended = probe(
        &target,
        Some(&password),
        &settings(HOST, server.address, store),
        &false.into(),
        &mut |_| {},
    )
    .unwrap();
    assert_code(&ended, Code::CertUntrusted);
}

/// As PHP 8.2 does: the last file counts, and with a bundle of its own the system's authorities count no more.
#[test]
fn the_authorities_of_php_ini_count_in_place_of_the_systems() {
    let bench = Bench::new();
    let php = bench.path("php");
    let file = |name: &str, text: &str| {
        let path = php.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    };
    let program = file("bin/php", "#!/bin/false\n");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ca = read(&CERTIFICATES.authority).to_pem().unwrap();
    let ca = file("ca.pem", std::str::from_utf8(&ca).unwrap());
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}\nPHP_PATH={}\n", program.display())).unwrap();
    let tested = || {
        let session = provider::open(&bench);
        let found = connections::settings(&session, &Settings::of_system());
        imap_trusting(Kind::Good, true, Arc::into_inner(found.trust).unwrap()).code
    };
    assert_eq!(tested(), Code::CertUntrusted);
    file("etc/php.ini", "[PHP]\nopenssl.cafile = /nowhere\n");
    file(
        "etc/php.d/10-ca.ini",
        &format!("openssl.cafile=\"{}\"", ca.display()),
    );
    assert_eq!(tested(), Code::Ok);
    file("etc/php.d/20-ca.ini", "openssl.cafile=/nowhere ; gone");
    assert_eq!(tested(), Code::CertUntrusted);
    // By a hash of its name.
    let hash = read(&CERTIFICATES.authority).subject_name_hash();
    let hashed = format!("certs/{hash:08x}.0");
    file(&hashed, &std::fs::read_to_string(&ca).unwrap());
    let folder = php.join("certs");
    file("etc/php.d/20-ca.ini", "openssl.cafile=");
    file(
        "etc/php-cli.ini",
        &format!("openssl.cafile=/x\nopenssl.capath={}", folder.display()),
    );
    file("etc/php.d/10-ca.ini", "");
    assert_eq!(tested(), Code::Ok);
}
