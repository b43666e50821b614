//! Programs that a test makes, and runs at once. Another program writes them: what this process has open for writing, a child
//! that another test starts meanwhile may have open too, and then nobody can run it ("Text file busy").

use std::path::Path;
use std::process::Command;

fn by_shell(what: &str, text: &str, path: &Path) {
    let made = Command::new("/bin/sh")
        .args(["-c", &format!("{what} && chmod 755 \"$2\""), "sh", text])
        .arg(path)
        .status();
    assert!(made.unwrap().success(), "{}", path.display());
}

/// A script, for everybody to run.
pub fn script(path: &Path, text: &str) {
    by_shell("printf '%s' \"$1\" >\"$2\"", text, path);
}

/// The copy of a program, for everybody to run.
pub fn copied(program: &str, path: &Path) {
    by_shell("cp -- \"$1\" \"$2\"", program, path);
}
