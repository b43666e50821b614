//! A private CA and the certificates that mail servers show: a good one, and one for each way to be bad.
//!
//! Made by openssl on the spot, once for all tests. `openssl ca` signs them, since it alone takes a date in the past.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::guard::{Guard, new_folder, run};

/// What a server shows when TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Of our CA, for `localhost`, `mail.test.example`, 127.0.0.1 and 127.0.0.2.
    Good,
    /// For the same names, signed by itself.
    SelfSigned,
    /// Of our CA, for the same names, over since 2020.
    Expired,
    /// Of our CA, for `other.example` alone.
    OtherName,
}

/// The folder of all certificates and keys.
pub struct Certificates {
    guard: Guard,
}

const NAMES: &str = "DNS:localhost,DNS:mail.test.example,IP:127.0.0.1,IP:127.0.0.2";
const OTHER_NAME: &str = "DNS:other.example";

const CONFIGURATION: &str = "
[ca]
default_ca = ours
[ours]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = CA:FALSE
[req]
distinguished_name = name
[name]
";

impl Certificate {
    fn file(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::SelfSigned => "self_signed",
            Self::Expired => "expired",
            Self::OtherName => "other_name",
        }
    }
}

impl Certificates {
    /// The CA's certificate: what a client has to trust.
    pub fn ca(&self) -> PathBuf {
        self.guard.folder.join("ca.pem")
    }

    pub fn certificate(&self, kind: Certificate) -> PathBuf {
        self.guard.folder.join(format!("{}.pem", kind.file()))
    }

    pub fn key(&self, kind: Certificate) -> PathBuf {
        self.guard.folder.join(format!("{}.key", kind.file()))
    }

    fn new() -> Self {
        let folder = new_folder("certificates");
        let at = folder.path();
        std::fs::write(at.join("openssl.cnf"), CONFIGURATION).unwrap();
        std::fs::write(at.join("index"), "").unwrap();
        let ca = "basicConstraints=critical,CA:TRUE";
        request(
            at,
            "ca",
            "Test CA",
            &["-x509", "-days", "60", "-addext", ca],
        );
        let own = names(NAMES);
        request(
            at,
            "self_signed",
            "localhost",
            &["-x509", "-days", "60", "-addext", &own],
        );
        sign(at, "good", NAMES, &["-days", "60"]);
        let past = [
            "-startdate",
            "20200101000000Z",
            "-enddate",
            "20200201000000Z",
        ];
        sign(at, "expired", NAMES, &past);
        sign(at, "other_name", OTHER_NAME, &["-days", "60"]);
        Self {
            guard: Guard::over_folder(folder),
        }
    }
}

fn names(names: &str) -> String {
    format!("subjectAltName={names}")
}

/// A key, and a request for it or (with `-x509`) a certificate signed by itself.
fn request(folder: &Path, name: &str, common_name: &str, more: &[&str]) {
    run(Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-config", "openssl.cnf", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:P-256", "-nodes", "-subj"])
        .arg(format!("/CN={common_name}"))
        .arg("-keyout")
        .arg(format!("{name}.key"))
        .arg("-out")
        .arg(format!("{name}.pem"))
        .args(more));
}

/// A certificate of the CA, over its request.
fn sign(folder: &Path, name: &str, alternative_names: &str, dates: &[&str]) {
    request(
        folder,
        name,
        "localhost",
        &["-addext", &names(alternative_names)],
    );
    let request = format!("{name}.csr");
    let certificate = format!("{name}.pem");
    std::fs::rename(folder.join(&certificate), folder.join(&request)).unwrap();
    run(Command::new("openssl")
        .current_dir(folder)
        .args(["ca", "-batch", "-notext", "-config", "openssl.cnf"])
        .args(["-cert", "ca.pem", "-keyfile", "ca.key"])
        .args(["-in", &request, "-out", &certificate])
        .args(dates));
}

/// The one set that all servers of this program share.
pub fn certificates() -> &'static Certificates {
    static CERTIFICATES: OnceLock<Certificates> = OnceLock::new();
    CERTIFICATES.get_or_init(Certificates::new)
}
