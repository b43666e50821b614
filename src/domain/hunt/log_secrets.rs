//! Passwords in FreeScout's own logs: when an SMTP login fails, parts of the dialogue are written down.
//!
//! Seen: `send_logs.status_message` ends with "Last Command:" and the base64 that AUTH LOGIN sent; the same text goes to
//! `activity_logs.properties`, `failed_jobs.exception` and `storage/logs`. Swift Mailer's transcript (`>> …`, `<< 334
//! UGFzc3dvcmQ6`) and PHP's stack traces (`executeCommand('…\r\n'`, `->authenticate(Object(…), 'user', 'password')`, both
//! cut after fifteen characters) hold it too. Nothing proves such a text to be a password: it is only worth a try.

use jiff::civil::DateTime;
use zeroize::Zeroizing;

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::payload::base64;

/// A password in the form takes at most this many bytes.
const MAX_PASSWORD: usize = 255;
/// Finds in one text.
const MAX_FOUND: usize = 200;

/// What must stand in a text for it to be worth reading.
const MARKS: [&str; 5] = [
    LAST_COMMAND,
    AUTH_PLAIN,
    ASKED_PASSWORD,
    EXECUTED,
    AUTHENTICATED,
];
const LAST_COMMAND: &str = "Last Command:";
const AUTH_PLAIN: &str = "AUTH PLAIN ";
/// Base64 of `Password:`.
const ASKED_PASSWORD: &str = "334 UGFzc3dvcmQ6";
/// Base64 of `Username:`.
const ASKED_USER: &str = "334 VXNlcm5hbWU6";
const EXECUTED: &str = "executeCommand('";
const AUTHENTICATED: &str = "->authenticate(Object(";
const WITH_USER: &str = "with username \"";

/// Commands that are base64 to the eye.
const COMMANDS: [&str; 8] = [
    "EHLO", "HELO", "QUIT", "RSET", "DATA", "NOOP", "AUTH", "STARTTLS",
];

/// A text that was probably sent as a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The user name it was sent for, where the text names one.
    pub user: Option<String>,
    /// The text.
    pub password: SecretBytes,
    /// The date of the entry in a log file.
    pub date: Option<DateTime>,
}

/// A password that stood in a log.
pub struct SeenPassword {
    /// What stood there.
    pub logged: Logged,
    /// A row, as `table#id`, or the path of a file.
    pub seen_in: String,
}

/// Searches a log file: entries begin with their date in brackets.
pub fn in_log(log: &[u8], each: &mut dyn FnMut(Logged)) {
    let mut rest = log;
    while !rest.is_empty() {
        let next = memchr::memmem::find(&rest[1..], b"\n[20").map_or(rest.len(), |at| at + 2);
        let (entry, later) = rest.split_at(next);
        rest = later;
        let date = entry
            .strip_prefix(b"[")
            .and_then(|entry| std::str::from_utf8(entry.get(..19)?).ok())
            .and_then(|date| date.parse().ok());
        in_text(entry, &mut |logged| each(Logged { date, ..logged }));
    }
}

/// Searches one text.
pub fn in_text(text: &[u8], each: &mut dyn FnMut(Logged)) {
    let marked = |mark: &str| memchr::memmem::find(text, mark.as_bytes()).is_some();
    if !MARKS.iter().any(|mark| marked(mark)) {
        return;
    }
    let plain = unescaped(text);
    let text = String::from_utf8_lossy(&plain);
    let text = Zeroizing::new(text.into_owned());
    let mut found: Vec<Logged> = Vec::new();
    let mut take = |user: Option<String>, password: &[u8]| {
        let logged = Logged {
            user,
            password: SecretBytes::from(password),
            date: None,
        };
        if found.len() < MAX_FOUND
            && is_password(password, logged.user.as_deref())
            && !found.contains(&logged)
        {
            found.push(logged);
        }
    };
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let after = &text[at + mark.len()..];
            let user = || named_user(&text[..at]);
            match mark {
                AUTHENTICATED => {
                    if let Some((user, password)) = arguments(after) {
                        take(user, password.as_bytes());
                    }
                }
                AUTH_PLAIN => {
                    if let Some((user, password)) = plain_login(token(after)) {
                        take(user, password.expose());
                    }
                }
                ASKED_PASSWORD => {
                    if let Some(sent) = sent(after).and_then(decoded) {
                        take(asked_user(&text[..at]).or_else(user), sent.expose());
                    }
                }
                _ => {
                    if let Some(sent) = decoded(token(after)) {
                        take(user(), sent.expose());
                    }
                }
            }
        }
    }
    found.into_iter().for_each(each);
}

/// The text without the escapes of JSON, PHP and HTML, however many layers of backslashes there are.
fn unescaped(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        let slashes = rest.iter().take_while(|b| **b == b'\\').count();
        let (used, plain) = match (slashes, rest.get(slashes)) {
            (1.., Some(b'n' | b'r')) => (slashes + 1, b'\n'),
            (1.., Some(quoted @ (b'/' | b'"' | b'\''))) => (slashes + 1, *quoted),
            _ if rest.starts_with(b"&gt;") => (4, b'>'),
            _ if rest.starts_with(b"&lt;") => (4, b'<'),
            _ if rest.starts_with(b"&quot;") => (6, b'"'),
            _ => (1, byte),
        };
        out.push(plain);
        rest = &rest[used..];
    }
    out
}

/// The next word of base64; nothing where it was cut off.
fn token(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', '"', '\'', ':', '>']);
    let foreign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    let end = text.find(foreign).unwrap_or(text.len());
    match text[end..].starts_with("...") {
        true => "",
        false => &text[..end],
    }
}

/// What the client sent next in a transcript.
fn sent(text: &str) -> Option<&str> {
    let (before, after) = text.split_once(">>")?;
    (before.trim().is_empty()).then(|| token(after))
}

fn decoded(token: &str) -> Option<SecretBytes> {
    if token.len() < 4 || COMMANDS.contains(&token) {
        return None;
    }
    base64::is_canonical(token.as_bytes()).then_some(())?;
    let bytes = base64::decode_strict(token.as_bytes()).ok()?;
    Some(SecretBytes::from(bytes))
}

/// `authorisation id NUL user NUL password` (RFC 4616).
fn plain_login(token: &str) -> Option<(Option<String>, SecretBytes)> {
    let bytes = decoded(token)?;
    let mut parts = bytes.expose().splitn(3, |b| *b == 0).skip(1);
    let user = String::from_utf8(parts.next()?.to_vec()).ok()?;
    Some((Some(user), SecretBytes::from(parts.next()?)))
}

/// `Swift_SmtpTransport), 'user', 'password')` of a stack trace. What PHP cut off is no password, and of a name that was
/// cut off only its end is unknown.
fn arguments(text: &str) -> Option<(Option<String>, &str)> {
    let (_, text) = text.split_once("), '")?;
    let (user, text) = text.split_once("', '")?;
    let (password, _) = text.split_once("')")?;
    let whole = !password.ends_with("...") && !password.contains('\n') && !user.contains('\n');
    let user = (!user.ends_with("...")).then(|| user.to_owned());
    whole.then_some((user, password))
}

/// The last user name before this place, unless it is masked.
fn named_user(before: &str) -> Option<String> {
    let (_, after) = before.rsplit_once(WITH_USER)?;
    let (user, _) = after.split_once('"')?;
    let masked = user.is_empty() || user.contains('*');
    (!masked).then(|| user.to_owned())
}

/// The user name that was sent in the same transcript.
fn asked_user(before: &str) -> Option<String> {
    let (_, after) = before.rsplit_once(ASKED_USER)?;
    let user = decoded(sent(after)?)?;
    String::from_utf8(user.expose().to_vec()).ok()
}

fn is_password(bytes: &[u8], user: Option<&str>) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let prompt = ["username:", "password:", "user name:"]
        .iter()
        .any(|p| text.eq_ignore_ascii_case(p));
    !text.is_empty()
        && text.len() <= MAX_PASSWORD
        && !text.chars().any(char::is_control)
        && !user.is_some_and(|user| user.eq_ignore_ascii_case(text))
        && !prompt
        && !text.contains("auth=Bearer")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(logged: &Logged) -> String {
        let password = String::from_utf8_lossy(logged.password.expose()).into_owned();
        format!("{} {password}", logged.user.as_deref().unwrap_or("?"))
    }

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_text(text.as_bytes(), &mut |logged| found.push(said(&logged)));
        found
    }

    #[test]
    fn every_form_is_read() {
        let b64 = |text: &str| base64::encode(text.as_bytes());
        let failed = "Failed to authenticate on SMTP server with username \"a@b.example\" using 2 possible authenticators.";
        let (secret, user) = (b64("pässwörd?>1"), b64("a@b.example"));
        assert!(secret.contains('/') || secret.contains('+'));
        let known = ["a@b.example pässwörd?>1"];
        assert_eq!(found(&format!("{failed} Last Command: {secret}\n")), known);
        // As JSON in JSON, with escaped slashes and line ends.
        let once = serde_json::to_string(&format!("{failed} Last Command: {secret}\r\n")).unwrap();
        let twice = serde_json::to_string(&once.replace('/', "\\/")).unwrap();
        assert_eq!(found(&once), known);
        assert_eq!(found(&twice), known);
        let masked = failed.replace("a@b.example", "***");
        assert_eq!(
            found(&format!("{masked} Last Command: {secret}")),
            ["? pässwörd?>1"]
        );
        let transcript = format!(
            ">> AUTH LOGIN\n\n<< 334 VXNlcm5hbWU6\n\n>> {user}\n\n<< 334 UGFzc3dvcmQ6\n\n>> {secret}\n\n<< 535 no\n"
        );
        assert_eq!(found(&transcript), known);
        assert_eq!(
            found(&transcript.replace('>', "&gt;").replace('<', "&lt;")),
            known
        );
        let plain = b64("a@b.example\0a@b.example\0pässwörd?>1");
        assert_eq!(found(&format!("Last Command: AUTH PLAIN {plain}")), known);
        assert_eq!(found(&format!(">> AUTH PLAIN {plain}\n<< 535")), known);
        let trace = format!(
            "#1 EsmtpTransport.php(305): Swift_Transport_AbstractSmtpTransport->executeCommand('{}\\\\r\\\\n', Array, Array)\n\
             #2 AuthHandler.php(177): Swift_Transport_Esmtp_Auth_LoginAuthenticator->authenticate(Object(Swift_SmtpTransport), 'a@b.example', 'short1')",
            b64("short1")
        );
        assert_eq!(found(&trace), ["? short1", "a@b.example short1"]);
    }

    #[test]
    fn what_is_no_password_is_left_alone() {
        for text in [
            "Last Command: RCPT TO:<x@y.example>",
            "Last Command: QUIT",
            "Last Command: AUTH LOGIN",
            // The user name, or what the server asked.
            "with username \"support\" Last Command: c3VwcG9ydA==",
            "Last Command: VXNlcm5hbWU6",
            "Last Command: AAECAwQF",
            "executeCommand('aGVsbG8gd29ybG...', Array)",
            "->authenticate(Object(Swift_SmtpTransport), 'hello@frameblin...', 'longer than fif...')",
            "executeCommand('\\r\\n', Array)",
            "AUTH PLAIN c3VwcG9ydA==",
            "no mark c3VwcG9ydA==",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        let long = base64::encode(&[b'x'; 256]);
        assert!(found(&format!("Last Command: {long}")).is_empty());
    }

    #[test]
    fn an_entry_of_a_log_has_its_date() {
        let log = "[2025-06-18 01:00:00] production.ERROR: other\n[stacktrace]\n#0\n\
                   [2025-06-19 03:00:01] production.ERROR: Last Command: c2VjcmV0MQ==\n[stacktrace]\n";
        let mut found = Vec::new();
        in_log(log.as_bytes(), &mut |logged| found.push(logged));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].date, "2025-06-19T03:00:01".parse().ok());
        assert!(!format!("{found:?}").contains("secret1"));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(parts in proptest::collection::vec((0..8usize, ".{0,20}"), 0..12), bytes: Vec<u8>) {
            let marks = [MARKS[0], MARKS[1], MARKS[2], MARKS[3], MARKS[4], ASKED_USER, WITH_USER, ">> "];
            let text: String = parts.iter().flat_map(|(n, text)| [marks[*n], text]).collect();
            in_text(text.as_bytes(), &mut |logged| assert!(logged.password.len() <= MAX_PASSWORD));
            in_log(&bytes, &mut |_| {});
            in_log(&[text.as_bytes(), b"\n[20", &bytes].concat(), &mut |_| {});
        }

        #[test]
        fn every_password_is_found(password in "[!-~äß密]{1,60}") {
            let text = format!("{LAST_COMMAND} {}", base64::encode(password.as_bytes()));
            let prompt = ["username:", "password:"].iter().any(|p| password.eq_ignore_ascii_case(p));
            // Base64 of three bytes may spell a command.
            let command = COMMANDS.iter().any(|c| text.ends_with(c));
            prop_assume!(!prompt && !command);
            prop_assert_eq!(found(&text), [format!("? {password}")]);
        }
    }
}
