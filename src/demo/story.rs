//! The story of the demo: in October the helpdesk moved to a new server. The old `.env` was left behind in a backup; the
//! new one got a new key. Three mailboxes and the system mail account were typed in again since; one form with an empty password field was saved;
//! one password dates from a key of the spring before, which is nowhere any more. Meanwhile the mail servers went on with their lives: a provider
//! made one mailbox change its passwords, a certificate ran out, one server fell silent. The people remember some of their
//! passwords: those are on a note.
//!
//! What is stored and what the mail servers take is told from the same lists, so that the two cannot drift apart.

use std::io::Write;

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use rusqlite::{Connection, params};

use super::tables::{self, DemoMailbox, SUBMISSION_PORT};
use super::{
    Demo, DemoResult, Random, config_cache, env_text, new_key, private_file, sealed, set_option,
    skeleton,
};
use crate::domain::inventory::secret::SecretKind;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::derived_hashes;
use crate::sentences;
use crate::words::words;

/// Mailboxes by name and address: every script an operator may meet.
const MAILBOXES: [(&str, &str); 12] = [
    ("Support", "support"),
    ("销售", "sales"),
    ("Buchhaltung Köln", "buchhaltung"),
    ("Поддержка", "podderzhka"),
    ("サポート", "sapoto"),
    ("الدعم الفني", "daam"),
    ("고객지원", "gogaek"),
    ("Εξυπηρέτηση", "exypiretisi"),
    ("Biuro Łódź", "biuro"),
    ("ฝ่ายขาย", "khai"),
    ("🧪 Labor", "labor"),
    ("Microsoft 365", "m365"),
];
/// Places in [`MAILBOXES`] with a story of their own.
const TYPED_IN_AGAIN: [usize; 3] = [0, 1, 7];
const LOST_OUTGOING: usize = 4;
const WIPED_OUTGOING: usize = 8;
const NEVER_SEALED: usize = 10;
const OAUTH: usize = 11;
const OLD_HOST: usize = 5;
const CHANGED_SINCE: usize = 6;
const SILENT: usize = 9;
/// Where most mailboxes are fetched and sent from.
pub(super) const IMAP: &str = "imap.mail.example";
pub(super) const SMTP: &str = "smtp.mail.example";
/// Its certificate has expired.
pub(super) const EXPIRED_IMAP: &str = "imap.old-host.example";
/// It accepts connections and never says a word.
pub(super) const SILENT_SMTP: &str = "smtp.silent.example";
pub(super) const MICROSOFT_IMAP: &str = "outlook.office365.com";
pub(super) const MICROSOFT_SMTP: &str = "smtp.office365.com";
const SYSTEM_MAIL: (&str, &str) = ("system@helpdesk.example", "demo-system-mail");
const PLAIN_TEXT: &str = "demo-never-sealed";
const CLIENT: &str = "6f0c1d2e-demo-client";
const REFRESH_TOKEN: &str = "demo-refresh-token";
const RENEWED_TOKEN: &str = "demo-renewed-token";
/// Mails of `send_logs`: under the key that is lost, under the old one, under the new one. How many, from which day on,
/// for how many days.
const MAILS: [(u64, Date, i32); 3] = [
    (18, date(2025, 3, 3), 38),
    (120, date(2025, 4, 14), 169),
    (9, date(2025, 10, 2), 36),
];
/// Every how many emails one has an attachment.
const ATTACHED: u64 = 8;

/// What the mail servers take from one user.
pub(super) struct DemoLogin {
    /// User name.
    pub(super) user: String,
    /// The password for fetching.
    pub(super) incoming: Option<String>,
    /// The password for sending.
    pub(super) outgoing: Option<String>,
    /// The token for both.
    pub(super) token: Option<&'static str>,
}

/// What new tokens are given for, and the token.
pub(super) struct OAuthGrant {
    /// The application.
    pub(super) client_id: &'static str,
    /// Its secrets, as they are stored for fetching and for sending.
    pub(super) client_secrets: [String; 2],
    /// The token that is shown. It stays good.
    pub(super) refresh_token: &'static str,
    /// The token that is given.
    pub(super) access_token: &'static str,
}

/// The one grant of the story.
pub(super) fn grant() -> OAuthGrant {
    let (_, user) = MAILBOXES[OAUTH];
    OAuthGrant {
        client_id: CLIENT,
        client_secrets: [incoming(user), outgoing(user)],
        refresh_token: REFRESH_TOKEN,
        access_token: RENEWED_TOKEN,
    }
}

/// What the note says: who logs in, for what, with which password. It has every one that cannot be found in the install,
/// or that the provider takes no more.
pub(super) fn noted() -> Vec<(String, SecretKind, String)> {
    let of = |index: usize, kind: SecretKind| {
        let (_, user) = MAILBOXES[index];
        let password = match (index, kind) {
            (CHANGED_SINCE, _) => changed(user),
            (_, SecretKind::Incoming) => incoming(user),
            _ => outgoing(user),
        };
        (address(user), kind, password)
    };
    vec![
        of(LOST_OUTGOING, SecretKind::Outgoing),
        of(WIPED_OUTGOING, SecretKind::Outgoing),
        of(CHANGED_SINCE, SecretKind::Incoming),
        of(CHANGED_SINCE, SecretKind::Outgoing),
    ]
}

/// Who may log in at the mail servers: as stored, or as it was stored before it was lost, except where the provider made
/// them change it. Microsoft takes no passwords, and only a renewed token.
pub(super) fn logins() -> Vec<DemoLogin> {
    let mut logins = vec![DemoLogin {
        user: SYSTEM_MAIL.0.to_owned(),
        incoming: None,
        outgoing: Some(SYSTEM_MAIL.1.to_owned()),
        token: None,
    }];
    for (index, (_, user)) in MAILBOXES.iter().enumerate() {
        let (incoming, outgoing) = match index {
            OAUTH => (None, None),
            CHANGED_SINCE => (Some(changed(user)), Some(changed(user))),
            NEVER_SEALED => (Some(PLAIN_TEXT.to_owned()), Some(outgoing(user))),
            _ => (Some(incoming(user)), Some(outgoing(user))),
        };
        logins.push(DemoLogin {
            user: address(user),
            incoming,
            outgoing,
            token: (index == OAUTH).then_some(RENEWED_TOKEN),
        });
    }
    logins
}

fn address(user: &str) -> String {
    format!("{user}@helpdesk.example")
}

fn incoming(user: &str) -> String {
    format!("demo-{user}-incoming")
}

fn outgoing(user: &str) -> String {
    format!("demo-{user}-outgoing")
}

/// What the provider made somebody change a password to.
fn changed(user: &str) -> String {
    format!("demo-{user}-changed")
}

/// Servers that a mailbox is fetched from and sent by.
fn servers(index: usize) -> (&'static str, &'static str) {
    match index {
        OLD_HOST => (EXPIRED_IMAP, SMTP),
        SILENT => (IMAP, SILENT_SMTP),
        OAUTH => (MICROSOFT_IMAP, MICROSOFT_SMTP),
        _ => (IMAP, SMTP),
    }
}

pub(super) fn tell(demo: &Demo, random: &mut Random<'_>) -> DemoResult<()> {
    let (old, new, lost, foreign) = (
        new_key(random),
        new_key(random),
        new_key(random),
        new_key(random),
    );
    let env_secret = sealed(&old, "demo-telegram-token", random);
    let mut database = skeleton(
        demo,
        &new,
        &format!("TELEGRAM_BOT_TOKEN=\"{env_secret}\"\n"),
    )?;
    config_cache(demo, &new)?;
    let writing = database.transaction()?;
    for (index, (name, user)) in MAILBOXES.iter().enumerate() {
        let key = if TYPED_IN_AGAIN.contains(&index) {
            &new
        } else {
            &old
        };
        let (imap, smtp) = servers(index);
        let mut mailbox = DemoMailbox {
            name: (*name).to_owned(),
            email: address(user),
            imap,
            smtp,
            incoming: Some(sealed(key, &incoming(user), random)),
            outgoing: Some(sealed(key, &outgoing(user), random)),
            meta: None,
            client: None,
        };
        match index {
            LOST_OUTGOING => mailbox.outgoing = Some(sealed(&lost, "demo-lost-for-good", random)),
            WIPED_OUTGOING => mailbox.outgoing = Some(String::new()),
            NEVER_SEALED => mailbox.incoming = Some(PLAIN_TEXT.to_owned()),
            OAUTH => {
                mailbox.client = Some(CLIENT);
                mailbox.meta = Some(oauth_meta(&old, random)?);
            }
            _ => {}
        }
        tables::add_mailbox(&writing, index as u64 + 1, &mailbox)?;
    }
    for (name, value) in [
        ("mail_driver", "smtp"),
        ("mail_host", SMTP),
        ("mail_port", SUBMISSION_PORT.to_string().as_str()),
        ("mail_username", SYSTEM_MAIL.0),
        ("mail_encryption", "tls"),
        ("mail_from", SYSTEM_MAIL.0),
        ("company_name", "Example Helpdesk"),
    ] {
        set_option(&writing, name, value)?;
    }
    set_option(
        &writing,
        "mail_password",
        &sealed(&new, SYSTEM_MAIL.1, random),
    )?;
    set_option(
        &writing,
        "telegram.webhook_secret",
        &sealed(&old, "demo-webhook", random),
    )?;
    let modules = "INSERT INTO modules (alias, active, activated, license) VALUES (?1, 1, 1, ?2)";
    writing.execute(
        modules,
        params!["tags", sealed(&old, "demo-licence-tags", random)],
    )?;
    writing.execute(
        modules,
        params!["workflows", sealed(&old, "demo-licence-workflows", random)],
    )?;
    let users = "INSERT INTO users (first_name, last_name, email, password, role, invite_state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let bcrypt = "$2y$10$demoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDe";
    writing.execute(
        users,
        params!["Ada", "Admin", "ada@helpdesk.example", bcrypt, 2, 1],
    )?;
    let invited = sealed(&old, "dummy_a1B2c3D4", random);
    writing.execute(
        users,
        params!["Ines", "Invited", "ines@helpdesk.example", invited, 1, 2],
    )?;
    mails(&writing, [&lost, &old, &new])?;
    writing.commit()?;
    note(demo)?;
    old_server(demo, &old, &foreign)
}

/// The note with the passwords.
fn note(demo: &Demo) -> DemoResult<()> {
    let mut text = format!("{}\n\n", words().demo_note);
    for (login, kind, password) in noted() {
        let kind = sentences::kind(kind);
        text.push_str(&format!("{login}, {kind}: {password}\n"));
    }
    private_file(&demo.note)?.write_all(text.as_bytes())?;
    Ok(())
}

/// What was sent under each key, spread over its time; never on the hour, so that it looks lived in.
fn mails(database: &Connection, keys: [&AppKey; 3]) -> DemoResult<()> {
    let mut thread = 0;
    for (key, (count, first, days)) in keys.into_iter().zip(MAILS) {
        for number in 0..count {
            thread += 1;
            let minutes = i64::from(days) * 24 * 60 * number.cast_signed() / count.cast_signed();
            let at = first.at(8, 10, 0, 0) + SignedDuration::from_mins(minutes + minutes * 37 % 60);
            let hash = derived_hashes::message_id_hash(key, thread);
            database.execute(
                "INSERT INTO send_logs (thread_id, message_id, email, status, created_at)
                 VALUES (?1, ?2, 'customer@customer.example', 1, ?3)",
                params![
                    thread.cast_signed(),
                    format!("FS_reply-{thread}-{hash}@helpdesk.example"),
                    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
                ],
            )?;
            if thread % ATTACHED == 1 {
                let name = format!("invoice-{thread}.pdf");
                database.execute(
                    "INSERT INTO attachments (thread_id, file_name, size, token_type) VALUES (?1, ?2, 48213, 2)",
                    params![thread.cast_signed(), name],
                )?;
            }
        }
    }
    Ok(())
}

/// `meta` as FreeScout writes it: one line, slashes escaped.
fn oauth_meta(key: &AppKey, random: &mut Random<'_>) -> DemoResult<String> {
    let meta = serde_json::json!({"oauth": {
        "provider": "ms",
        "a_token": sealed(key, "demo-access-token", random),
        "r_token": sealed(key, REFRESH_TOKEN, random),
        "issued_on": "2025-10-01 08:00:00",
        "expires_in": 3599,
    }});
    Ok(serde_json::to_string(&meta)?.replace('/', "\\/"))
}

/// What was left of the old server: a backup with the old `.env` deep inside, and the key of another application.
fn old_server(demo: &Demo, old: &AppKey, foreign: &AppKey) -> DemoResult<()> {
    let folder = demo.look_in.join("root/backups");
    std::fs::create_dir_all(&folder)?;
    let packed = flate2::write::GzEncoder::new(
        private_file(&folder.join("helpdesk-2025-09-30.tar.gz"))?,
        flate2::Compression::default(),
    );
    let mut archive = tar::Builder::new(packed);
    let env = zeroize::Zeroizing::new(env_text(old, demo, ""));
    for (name, bytes) in [
        ("var/www/html/artisan", &b"#!/usr/bin/env php\n"[..]),
        ("var/www/html/.env", &env[..]),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o640);
        // 30 September 2025, 03:00 UTC: the night before the move.
        header.set_mtime(1_759_201_200);
        archive.append_data(&mut header, name, bytes)?;
    }
    archive.into_inner()?.finish()?;
    let mut decoy = private_file(&demo.look_in.join("root/.bash_history"))?;
    decoy.write_all(b"cd /srv/otherapp\nexport APP_KEY=")?;
    decoy.write_all(foreign.text())?;
    decoy.write_all(b"\nphp artisan serve\n")?;
    Ok(())
}
