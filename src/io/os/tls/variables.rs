//! Variables that OpenSSL reads by itself: it would wait at a pipe, and load what a file of settings names.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::process::Command;

const READ: [&str; 6] = [
    "OPENSSL_CONF",
    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
];
/// How they are called for us alone.
const OURS: &str = "FREESCOUT_RESCUE_KEPT_";

/// For `main` alone: where such variables are set, the program becomes itself once more, with other names for them. Returns where
/// there are none, or that cannot be.
pub fn hide(arguments: &[OsString]) {
    let set: Vec<(&str, OsString)> = READ
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)))
        .collect();
    let (Ok(program), [called, rest @ ..]) = (std::env::current_exe(), arguments) else {
        return;
    };
    if set.is_empty() {
        return;
    }
    let mut again = Command::new(program);
    again.arg0(called).args(rest);
    for (name, value) in set {
        again.env_remove(name).env(format!("{OURS}{name}"), value);
    }
    // What cannot be is no reason to stop.
    let _ = again.exec();
}

/// Gives a process of ours that works in a container what such variables are set to there, in place of what they are here.
pub fn hand_over(command: &mut Command, there: impl Fn(&str) -> Option<OsString>) {
    for name in READ {
        let ours = format!("{OURS}{name}");
        match there(name) {
            Some(value) => command.env(ours, value),
            None => command.env_remove(ours),
        };
    }
}

/// What such a variable was set to; an empty one is none.
pub(super) fn value(name: &str) -> Option<OsString> {
    let set = |name: &OsStr| std::env::var_os(name).filter(|value| !value.is_empty());
    set(OsStr::new(&format!("{OURS}{name}"))).or_else(|| set(OsStr::new(name)))
}
