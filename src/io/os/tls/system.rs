//! What the system's own OpenSSL has: its authorities and its settings, where it looks for them.
//!
//! In a container these are the container's, whose files may be anything: none is read that is no regular file, or too
//! long. So they are read here, and OpenSSL reads nothing by itself: in `openssl.cnf` it may be told to load programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use openssl::ssl::SslContextBuilder;
use openssl::x509::X509;

use super::variables::value;
use super::{AuthorityFiles, certificates};
use crate::domain::mail::openssl_cnf::{OpenSslPolicy, included, policy};
use crate::io::fs;
use crate::io::fs::certificates::{Copied, read as file_of_certificates};

/// Where OpenSSL looks, as distributions build it: Debian and its kin, Red Hat's, others.
const FOLDERS: [&str; 4] = ["/usr/lib/ssl", "/etc/pki/tls", "/etc/ssl", "/usr/local/ssl"];
/// Files of certificates that are read in one folder.
const MOST_FILES: usize = 2_000;
/// A file of settings is no longer than this, in bytes.
const MOST_SETTINGS: u64 = 1 << 20;
/// Files of settings that are read.
const MOST_INCLUDED: usize = 50;

/// Has a connection check certificates against these authorities; of the system's, `SSL_CERT_FILE` and `SSL_CERT_DIR` count.
/// What is not there, or is damaged, adds nothing, as for PHP: then the handshake says what it misses.
pub(super) fn load(files: &AuthorityFiles, context: &mut SslContextBuilder) {
    let places = Places::of(files);
    if let Some(file) = places.file.and_then(|file| Copied::of(&file).ok()) {
        let _ = context.set_ca_file(file.path());
    }
    for authority in places.hashed.iter().flat_map(|path| read(path)) {
        let _ = context.cert_store_mut().add_cert(authority);
    }
}

/// The same authorities themselves, of a bundle those that can be read.
pub(super) fn authorities(files: &AuthorityFiles) -> Vec<X509> {
    let places = Places::of(files);
    let files = places.file.iter().chain(&places.hashed);
    files.flat_map(|path| read(path)).collect()
}

/// Where the authorities are: a bundle, and files of one each that are found by a hash of their names (openssl-rehash(1)).
#[derive(Default)]
struct Places {
    file: Option<PathBuf>,
    hashed: Vec<PathBuf>,
}

impl Places {
    fn of(files: &AuthorityFiles) -> Self {
        match files {
            AuthorityFiles::OfSystem => Self::of_system(),
            AuthorityFiles::None => Self::default(),
            AuthorityFiles::These(file, folder) => Self {
                file: file.clone(),
                hashed: folder.iter().flat_map(|one| hashed_in(one)).collect(),
            },
        }
    }

    fn of_system() -> Self {
        let folder = folder();
        let below = |name: &str| folder.map(|folder| Path::new(folder).join(name));
        let file = value("SSL_CERT_FILE").map(PathBuf::from);
        let usual = || below("cert.pem").filter(|file| file.exists());
        let folders: Vec<PathBuf> = match value("SSL_CERT_DIR") {
            Some(folders) => std::env::split_paths(&folders).collect(),
            None => below("certs").into_iter().collect(),
        };
        let hashed: Vec<PathBuf> = folders.iter().flat_map(|one| hashed_in(one)).collect();
        // A system that is built otherwise has its bundle elsewhere.
        let elsewhere = || {
            openssl_probe::probe()
                .cert_file
                .filter(|_| hashed.is_empty())
        };
        Self {
            file: file.or_else(usual).or_else(elsewhere),
            hashed,
        }
    }
}

fn folder() -> Option<&'static str> {
    let holds = |folder: &&str| {
        let folder = Path::new(folder);
        folder.join("certs").exists() || folder.join("cert.pem").exists()
    };
    FOLDERS.into_iter().find(|folder| holds(folder))
}

fn read(file: &Path) -> Vec<X509> {
    file_of_certificates(file).map_or_else(|_| Vec::new(), |read| certificates(&read.bytes))
}

fn hashed_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    files
        .filter(|path| path.file_name().is_some_and(is_hashed))
        .take(MOST_FILES)
        .collect()
}

fn is_hashed(name: &OsStr) -> bool {
    let Some((hash, number)) = name.to_str().and_then(|name| name.split_once('.')) else {
        return false;
    };
    hash.len() == 8
        && hash.bytes().all(|b| b.is_ascii_hexdigit())
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// What the system's `openssl.cnf` (or `OPENSSL_CONF`) sets.
pub(super) fn settings() -> OpenSslPolicy {
    let files: Vec<PathBuf> = match value("OPENSSL_CONF") {
        Some(file) => vec![file.into()],
        None => FOLDERS
            .iter()
            .map(|folder| Path::new(folder).join("openssl.cnf"))
            .collect(),
    };
    let mut left = MOST_INCLUDED;
    let text = files.iter().find_map(|file| with_included(file, &mut left));
    text.map_or_else(OpenSslPolicy::default, |text| policy(&text))
}

/// The text of a file of settings, what it includes at its place.
fn with_included(file: &Path, left: &mut usize) -> Option<String> {
    *left = left.checked_sub(1)?;
    let read = fs::read(file, MOST_SETTINGS).ok()?;
    // A backslash joins a line and the next.
    let text = String::from_utf8_lossy(&read.bytes).replace("\\\n", "");
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        match included(line) {
            None => whole.push_str(line),
            Some(path) => {
                for file in of_include(Path::new(path)) {
                    whole.push_str(&with_included(&file, left).unwrap_or_default());
                    whole.push('\n');
                }
            }
        }
        whole.push('\n');
    }
    Some(whole)
}

/// A file itself; of a folder the files of settings in it.
fn of_include(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let settings = |path: &PathBuf| path.extension().is_some_and(|e| e == "cnf" || e == "conf");
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(settings).take(MOST_INCLUDED).collect();
    files.sort();
    files
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn files_that_openssl_would_not_look_at_are_passed_over() {
        for (name, looked_at) in [
            ("2e5ac55d.0", true),
            ("2e5ac55d.12", true),
            ("2e5ac55d.r0", false),
            ("2e5ac55d", false),
            ("ca-certificates.crt", false),
            ("DigiCert.pem", false),
        ] {
            assert_eq!(is_hashed(OsStr::new(name)), looked_at, "{name}");
        }
    }

    #[test]
    fn settings_are_read_with_what_they_include_and_no_circle_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let text = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n";
        let included = format!("{text}.include {}\n", path("level").to_str().unwrap());
        std::fs::write(path("openssl.cnf"), included).unwrap();
        let circle = format!(
            "CipherString = @SECLEVEL=0\n.include = {}\n",
            path("level").to_str().unwrap()
        );
        std::fs::write(path("level"), circle).unwrap();
        let mut left = MOST_INCLUDED;
        let whole = with_included(&path("openssl.cnf"), &mut left).unwrap();
        assert_eq!(policy(&whole).level, Some(0));
        assert_eq!(left, 0);
        // A pipe would keep us waiting.
        let pipe = path("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert_eq!(with_included(&pipe, &mut 3), None);
        assert!(read(&pipe).is_empty());
    }
}
