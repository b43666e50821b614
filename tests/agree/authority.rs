//! Certificates of every kind that servers show, made by openssl on the spot, and the bundle of authorities that both
//! sides trust.
//!
//! `openssl ca` signs them: it alone takes dates of any year, and makes X.509 v1 where no extensions are asked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::certificates::certificates;
use crate::guard::{new_folder, run};

/// How a certificate is made.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Key, as `openssl genpkey` calls it: an algorithm, and an option of it.
    pub key: (&'static str, &'static str),
    pub subject: &'static str,
    /// Lines of openssl's configuration, one `\n` between them; none makes X.509 v1.
    pub extensions: &'static str,
    /// The name of the authority, or nothing for one that signs itself.
    pub signed_by: Option<&'static str>,
    pub dates: (&'static str, &'static str),
    pub digest: &'static str,
    /// More of `openssl ca`.
    pub options: &'static [&'static str],
}

pub const P256: (&str, &str) = ("EC", "ec_paramgen_curve:P-256");
pub const P384: (&str, &str) = ("EC", "ec_paramgen_curve:P-384");
pub const P521: (&str, &str) = ("EC", "ec_paramgen_curve:P-521");
pub const RSA: (&str, &str) = ("RSA", "rsa_keygen_bits:2048");
pub const RSA_1024: (&str, &str) = ("RSA", "rsa_keygen_bits:1024");
pub const ED25519: (&str, &str) = ("ED25519", "");
pub const RSA_PSS: (&str, &str) = ("RSA-PSS", "rsa_keygen_bits:2048");

pub const NOW: (&str, &str) = ("20200101000000Z", "20491231000000Z");
pub const PAST: (&str, &str) = ("20200101000000Z", "20210101000000Z");
pub const FUTURE: (&str, &str) = ("20480101000000Z", "20491231000000Z");

const CA: &str = "basicConstraints=critical,CA:TRUE";

/// A leaf with nothing odd.
pub const LEAF: Spec = Spec {
    key: P256,
    subject: "/CN=desk",
    extensions: "subjectAltName=DNS:mail.desk.example\nbasicConstraints=CA:FALSE",
    signed_by: Some("root"),
    dates: NOW,
    digest: "sha256",
    options: &[],
};

/// An authority with nothing odd.
const AUTHORITY: Spec = Spec {
    extensions: CA,
    signed_by: None,
    ..LEAF
};

/// The authorities by name, each after the one that signs it, and whether the bundle holds it.
#[rustfmt::skip]
const AUTHORITIES: [(&str, Spec, bool); 17] = [
    ("root", AUTHORITY, true),
    ("rsa-root", Spec { key: RSA, ..AUTHORITY }, true),
    ("p521-root", Spec { key: P521, ..AUTHORITY }, true),
    ("pss-root", Spec { key: RSA_PSS, ..AUTHORITY }, true),
    ("expired-root", Spec { dates: PAST, ..AUTHORITY }, true),
    ("future-root", Spec { dates: FUTURE, ..AUTHORITY }, true),
    ("not-a-ca", Spec { extensions: "basicConstraints=CA:FALSE", ..AUTHORITY }, true),
    ("no-constraints", Spec { extensions: "subjectKeyIdentifier=hash", ..AUTHORITY }, true),
    ("v1-root", Spec { extensions: "", ..AUTHORITY }, true),
    ("no-cert-sign", Spec { extensions: "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature", ..AUTHORITY }, true),
    ("other-names", Spec { extensions: "basicConstraints=critical,CA:TRUE\nnameConstraints=critical,permitted;DNS:other.example", ..AUTHORITY }, true),
    ("path-0", Spec { extensions: "basicConstraints=critical,CA:TRUE,pathlen:0", ..AUTHORITY }, true),
    ("stranger", AUTHORITY, false),
    ("intermediate", Spec { signed_by: Some("root"), ..AUTHORITY }, false),
    ("too-deep", Spec { signed_by: Some("path-0"), ..AUTHORITY }, false),
    ("expired-intermediate", Spec { signed_by: Some("root"), dates: PAST, ..AUTHORITY }, false),
    ("known-intermediate", Spec { signed_by: Some("stranger"), ..AUTHORITY }, true),
];

/// A certificate with its key and those that a server shows beside it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub key: PathBuf,
    /// The certificate, then the authorities between it and a root, which are left out.
    pub chain: PathBuf,
    pub alone: PathBuf,
}

/// The folder of all of them.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// With each of the leaves, by name; those named in `trusted` stand in the bundle themselves.
    pub fn new(leaves: &BTreeMap<String, Spec>, trusted: &[String]) -> Self {
        let folder = new_folder("authority");
        let at = folder.path();
        let mut bundle = fs::read(certificates().ca()).unwrap();
        for (name, spec, known) in AUTHORITIES {
            // A name of its own: openssl finds an authority in the bundle by its subject.
            let subject = format!("/CN=Authority {name}");
            issue(at, name, &spec, &subject);
            if known {
                bundle.extend(fs::read(at.join(name).join("alone.pem")).unwrap());
            }
        }
        let all: Vec<_> = leaves.iter().collect();
        std::thread::scope(|scope| {
            for part in all.chunks(all.len().div_ceil(4).max(1)) {
                scope.spawn(move || {
                    for (name, spec) in part {
                        issue(at, name, spec, spec.subject);
                    }
                });
            }
        });
        for name in trusted {
            bundle.extend(fs::read(at.join(name).join("alone.pem")).unwrap());
        }
        fs::write(at.join("bundle.pem"), bundle).unwrap();
        Self { folder }
    }

    /// What both sides trust.
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle.pem")
    }

    pub fn shown(&self, name: &str) -> Shown {
        let at = self.folder.path().join(name);
        Shown {
            key: at.join("key.pem"),
            chain: at.join("chain.pem"),
            alone: at.join("alone.pem"),
        }
    }
}

/// Makes one, in a folder of its name.
fn issue(folder: &Path, name: &str, spec: &Spec, subject: &str) {
    let at = folder.join(name);
    fs::create_dir(&at).unwrap();
    let openssl = |arguments: &[&str]| {
        run(Command::new("openssl").current_dir(&at).args(arguments));
    };
    let (algorithm, option) = spec.key;
    let mut key = vec!["genpkey", "-algorithm", algorithm, "-out", "key.pem"];
    if !option.is_empty() {
        key.extend(["-pkeyopt", option]);
    }
    openssl(&key);
    let has_extensions = !spec.extensions.is_empty();
    let pointer = if has_extensions {
        "x509_extensions = more"
    } else {
        ""
    };
    let configuration = format!(
        "[ca]\ndefault_ca = ours\n[ours]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = {}\n\
         policy = any\nunique_subject = no\n{pointer}\n[any]\ncommonName = optional\norganizationName = optional\n[req]\n\
         distinguished_name = name\n[name]\n[more]\n{}\n",
        spec.digest, spec.extensions
    );
    fs::write(at.join("openssl.cnf"), configuration).unwrap();
    fs::write(at.join("index"), "").unwrap();
    openssl(&[
        "req",
        "-new",
        "-config",
        "openssl.cnf",
        "-key",
        "key.pem",
        "-subj",
        subject,
        "-out",
        "csr",
    ]);
    let signer = spec.signed_by.map(|authority| folder.join(authority));
    let (from, until) = spec.dates;
    let mut sign = Command::new("openssl");
    sign.current_dir(&at)
        .args([
            "ca",
            "-batch",
            "-notext",
            "-config",
            "openssl.cnf",
            "-in",
            "csr",
        ])
        .args(["-out", "alone.pem", "-startdate", from, "-enddate", until])
        .args(spec.options);
    match &signer {
        Some(authority) => sign
            .arg("-cert")
            .arg(authority.join("alone.pem"))
            .arg("-keyfile")
            .arg(authority.join("key.pem")),
        None => sign.args(["-selfsign", "-keyfile", "key.pem"]),
    };
    run(&mut sign);
    let mut chain = fs::read(at.join("alone.pem")).unwrap();
    if let Some(authority) = signer.filter(|authority| !authority.join("self").exists()) {
        chain.extend(fs::read(authority.join("chain.pem")).unwrap());
    }
    fs::write(at.join("chain.pem"), chain).unwrap();
    if spec.signed_by.is_none() {
        fs::write(at.join("self"), "").unwrap();
    }
}
