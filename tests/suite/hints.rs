//! What `check` says of an install that works: what would make the next loss of the key worse. It changes no exit code.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use crate::cli::Bench;
use crate::elsewhere::healthy;

/// What is said with this code, and how grave it is.
fn said(check: &Json, code: &str) -> Option<(String, String)> {
    let findings = check["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["code"] == code)?;
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    Some((text("severity"), text("message")))
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// As somebody else made it: the time alone is another.
fn changed(path: &Path, ago: u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let then = SystemTime::now() - Duration::from_secs(ago);
    file.set_modified(then).unwrap();
}

fn exit_code(bench: &Bench) -> i32 {
    bench.check(&[]).code
}

#[test]
fn a_key_that_every_account_can_read_is_named() {
    let (bench, _) = healthy();
    let env = bench.install().join(".env");
    let hint = || said(&bench.check_json(), "env_world_readable");
    let before = exit_code(&bench);
    mode(&env, 0o644);
    mode(bench.folder.path(), 0o700);
    assert_eq!(hint(), None, "nobody else gets past the folders above");
    for folder in env.ancestors().skip(1) {
        if folder.starts_with(bench.folder.path()) {
            mode(folder, 0o755);
        }
    }
    let (severity, message) = hint().unwrap();
    assert_eq!(severity, "info");
    let place = env.display().to_string();
    assert!(message.contains(&place), "{message}");
    assert!(!message.contains("public/"), "{message}");
    assert_eq!(exit_code(&bench), before);
    // Handed out by the web server, which follows links.
    let link = bench.install().join("public/here");
    symlink(bench.install(), &link).unwrap();
    let (_, message) = hint().unwrap();
    assert!(message.contains(&link.display().to_string()), "{message}");
    std::fs::remove_file(&link).unwrap();
    mode(&env, 0o640);
    assert_eq!(hint(), None, "its group alone");
    mode(&env, 0o644);
    mode(&bench.install(), 0o750);
    assert_eq!(hint(), None, "its folder is closed");
}

#[test]
fn a_key_that_is_kept_nowhere_else_is_named_until_it_is() {
    let bench = Bench::sound();
    let hint = || said(&bench.check_json(), "key_has_no_copy");
    let before = exit_code(&bench);
    let (severity, message) = hint().unwrap();
    assert_eq!(severity, "info");
    let install = bench.text("demo/freescout");
    let state = bench.text("state");
    let command = format!("freescout-rescue safe --output FILE --state-dir {state} {install}");
    assert!(message.ends_with(&command), "{message}");
    let journal = bench.path("state/journal.sqlite");
    let away = bench.path("away");
    std::fs::rename(&journal, &away).unwrap();
    std::fs::create_dir(&journal).unwrap();
    assert_eq!(hint(), None, "who cannot read the journal cannot say so");
    std::fs::remove_dir(&journal).unwrap();
    std::fs::rename(&away, &journal).unwrap();
    let locked = bench.locked("key.age");
    let made = bench.safe(&crate::safes::options(&locked));
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(hint(), None);
    assert_eq!(exit_code(&bench), before);
    bench.replace_key();
    assert_eq!(hint(), None, "what is broken needs something else first");
}

#[test]
fn a_config_cache_that_is_older_than_env_is_named() {
    let (bench, key) = healthy();
    let install = bench.install();
    let (env, cache) = (
        install.join(".env"),
        install.join("bootstrap/cache/config.php"),
    );
    let hint = || said(&bench.check_json(), "cache_older_than_env");
    if cache.exists() {
        std::fs::remove_file(&cache).unwrap();
    }
    assert_eq!(hint(), None, "there is no cache");
    let before = exit_code(&bench);
    bench.build_cache(&key);
    changed(&env, 7200);
    assert_eq!(hint(), None, "built after .env");
    changed(&cache, 7230);
    assert_eq!(hint(), None, "both were written together");
    changed(&cache, 9000);
    let (severity, message) = hint().unwrap();
    assert_eq!(severity, "info");
    assert!(message.contains("other settings may differ"), "{message}");
    assert_eq!(exit_code(&bench), before);
    // Another key in there is graver, and said as that.
    bench.build_cache("base64:YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE=");
    changed(&cache, 9000);
    assert_eq!(hint(), None);
    assert!(said(&bench.check_json(), "stale_config_cache").is_some());
}
