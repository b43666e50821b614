//! A throw-away broken FreeScout: what is left after a move to a new server, where a new APP_KEY was made.
//!
//! The install is enough of a FreeScout for this program (files, SQLite tables as FreeScout's migrations leave them); it
//! does not run. Keys are random, addresses end in `.example`, passwords begin with `demo-`.

pub mod home;
pub mod mail;
mod story;
mod tables;

use std::io::Write;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{SecretBytes, SecretKind};
use crate::domain::key::app_key::AppKey;
use crate::wizard::step::passwords::{Note, NotedPassword};
use crate::words::untrusted::shown;
use crate::words::words;

/// Where the demo was laid out.
pub struct Demo {
    /// The install.
    pub install: PathBuf,
    /// The folder that holds the old key somewhere.
    pub look_in: PathBuf,
    /// The file with the passwords that are lost, or were changed since; a large one has none.
    pub note: PathBuf,
}

/// What stands on the note of the story.
pub fn note(demo: &Demo) -> Note {
    let noted = |(login, kind, password): (String, SecretKind, String)| NotedPassword {
        login,
        kind,
        password: SecretBytes::from(password.into_bytes()),
    };
    Note {
        file: demo.note.clone(),
        passwords: story::noted().into_iter().map(noted).collect(),
    }
}

/// A source of random bytes.
pub type Random<'a> = dyn FnMut(&mut [u8]) + 'a;

type DemoResult<T> = Result<T, Box<dyn std::error::Error>>;

/// Lays the story out in a new folder.
///
/// # Errors
/// A [`Problem`] when the folder exists already or cannot be written.
pub fn lay_out(folder: &Path, random: &mut Random<'_>) -> Result<Demo, Problem> {
    let demo = new_folder(folder)?;
    story::tell(&demo, random).map_err(|e| no_room(&e.to_string()))?;
    Ok(demo)
}

/// Lays out an install of `count` mailboxes under four keys, for measuring: the current key made every fourth.
///
/// # Errors
/// As [`lay_out`].
pub fn lay_out_large(folder: &Path, count: u32, random: &mut Random<'_>) -> Result<Demo, Problem> {
    let demo = new_folder(folder)?;
    large(&demo, count, random).map_err(|e| no_room(&e.to_string()))?;
    Ok(demo)
}

fn no_room(why: &str) -> Problem {
    ErrorKind::NotWritable.problem(words().demo_no_room, why, words().demo_no_room_next)
}

fn new_folder(folder: &Path) -> Result<Demo, Problem> {
    std::fs::create_dir(folder).map_err(|e| no_room(&format!("{}: {e}", shown(folder))))?;
    let folder = std::fs::canonicalize(folder).map_err(|e| no_room(&e.to_string()))?;
    Ok(Demo {
        install: folder.join("freescout"),
        look_in: folder.join("old-server"),
        note: folder.join("passwords.txt"),
    })
}

fn large(demo: &Demo, count: u32, random: &mut Random<'_>) -> DemoResult<()> {
    let keys: Vec<AppKey> = (0..4).map(|_| new_key(random)).collect();
    let mut database = skeleton(demo, &keys[0], "")?;
    let writing = database.transaction()?;
    for number in 0..count {
        let key = &keys[number as usize % keys.len()];
        let mailbox = tables::DemoMailbox {
            name: format!("Mailbox {number}"),
            email: format!("m{number}@large.example"),
            imap: story::IMAP,
            smtp: story::SMTP,
            incoming: Some(sealed(key, &format!("demo-incoming-{number}"), random)),
            outgoing: Some(sealed(key, &format!("demo-outgoing-{number}"), random)),
            meta: None,
            client: None,
        };
        tables::add_mailbox(&writing, u64::from(number) + 1, &mailbox)?;
    }
    writing.commit()?;
    std::fs::create_dir_all(&demo.look_in)?;
    for (number, key) in keys.iter().enumerate().skip(1) {
        let mut file = private_file(&demo.look_in.join(format!("env.{number}")))?;
        file.write_all(&env_text(key, demo, ""))?;
    }
    Ok(())
}

fn new_key(random: &mut Random<'_>) -> AppKey {
    let mut bytes = [0; 32];
    random(&mut bytes);
    AppKey::generate(&bytes)
}

/// A payload as FreeScout stores it.
fn sealed(key: &AppKey, text: &str, random: &mut Random<'_>) -> String {
    let mut iv = [0; crate::domain::payload::IV_LEN];
    random(&mut iv);
    crate::domain::payload::Payload::seal(
        key,
        &iv,
        &crate::domain::payload::php::serialize_text(text.as_bytes()),
    )
}

/// `.env` as FreeScout's installer writes it, with `more` at its end.
fn env_text(key: &AppKey, demo: &Demo, more: &str) -> Vec<u8> {
    let mut text = b"APP_URL=https://helpdesk.example\nAPP_KEY=".to_vec();
    text.extend_from_slice(key.text());
    text.extend_from_slice(
        format!(
            "\nDB_CONNECTION=sqlite\nDB_DATABASE=\"{}\"\nAPP_TIMEZONE=UTC\n{more}",
            database_file(demo).to_string_lossy()
        )
        .as_bytes(),
    );
    text
}

fn database_file(demo: &Demo) -> PathBuf {
    demo.install.join("database/database.sqlite")
}

/// A file that only we may read: it holds a key.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// The files of an install and its empty tables.
fn skeleton(demo: &Demo, key: &AppKey, more_env: &str) -> DemoResult<Connection> {
    let install = &demo.install;
    for folder in [
        "bootstrap/cache",
        "config",
        "database",
        "public",
        "storage/framework/cache/data",
        "storage/logs",
    ] {
        std::fs::create_dir_all(install.join(folder))?;
    }
    std::fs::write(
        install.join("artisan"),
        "A demo install: there is no FreeScout behind this file.\n",
    )?;
    std::fs::write(
        install.join("config/app.php"),
        "<?php\n// A demo install, enough for freescout-rescue: no FreeScout runs here.\nreturn ['name' => 'FreeScout', 'version' => '1.8.235'];\n",
    )?;
    std::fs::write(install.join("storage/.installed"), "")?;
    private_file(&install.join(".env"))?.write_all(&env_text(key, demo, more_env))?;
    let database = Connection::open(database_file(demo))?;
    database.execute_batch(tables::SCHEMA)?;
    Ok(database)
}

/// `bootstrap/cache/config.php`, as `php artisan config:cache` writes it.
fn config_cache(demo: &Demo, key: &AppKey) -> DemoResult<()> {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let database = quoted(&database_file(demo).to_string_lossy());
    let mut text = b"<?php return array (\n  'app' => \n  array (\n    'name' => 'FreeScout',\n    'url' => 'https://helpdesk.example',\n    'key' => '".to_vec();
    text.extend_from_slice(key.text());
    text.extend_from_slice(
        format!(
            "',\n    'cipher' => 'AES-256-CBC',\n  ),\n  'database' => \n  array (\n    'default' => 'sqlite',\n    'connections' => \n    array (\n      'sqlite' => \n      array (\n        'driver' => 'sqlite',\n        'database' => {database},\n        'prefix' => '',\n      ),\n    ),\n  ),\n);\n"
        )
        .as_bytes(),
    );
    private_file(&demo.install.join("bootstrap/cache/config.php"))?.write_all(&text)?;
    Ok(())
}

fn set_option(database: &Connection, name: &str, value: &str) -> rusqlite::Result<usize> {
    database.execute(
        "INSERT INTO options (name, value) VALUES (?1, ?2)",
        params![name, value],
    )
}
