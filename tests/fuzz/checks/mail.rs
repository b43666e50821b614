//! The dialogues with mail servers, over a socket, with a server that says these bytes whatever it hears.
//!
//! The first byte chooses how the test is made. In the rest, each byte from 1 to 6 stands for a form of the credential,
//! and 7 for the answer that is made of it and of the server's challenge: so a server that sends it back is quickly
//! made. Time, memory and the number of commands are bounded; nothing that is
//! shown holds the credential or anything a terminal would obey; nothing the server says makes us send it more than the
//! commands of the protocol.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::probe::{CertificateFault, Ended, TestCaution};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use freescout_rescue::domain::payload::base64;
use freescout_rescue::io::mail::{Patience, Settings, probe};
use freescout_rescue::io::os::tls::Trust;

use super::assert_clean;

const USER: &str = "support";
const SENDER: &str = "support@example.org";
/// Passwords that are quoted, coded, cut and compared in different ways.
const PASSWORDS: [&str; 4] = [
    "Sentinel-7",
    "with \"quotes\" and \\ in it",
    "pässwörd 销售",
    "a-long-access-token.of-more-than-forty-characters.ABCDEFGHIJKLMNOP",
];
/// What a server may hear from us in one test.
const MOST_SENT: usize = 16 << 10;
const MOST_COMMANDS: usize = 40;
/// What may be shown of one rung, or of the server's last words, in characters.
const MOST_SHOWN: usize = 600;

/// Where the server of this process listens: one connection a test.
static SERVER: LazyLock<(TcpListener, SocketAddr)> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("its address");
    (listener, address)
});
/// Tests of one process take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

pub(super) fn imap(bytes: &[u8]) {
    check(Protocol::Imap, bytes);
}

pub(super) fn pop3(bytes: &[u8]) {
    check(Protocol::Pop3, bytes);
}

pub(super) fn smtp(bytes: &[u8]) {
    check(Protocol::Smtp, bytes);
}

fn check(protocol: Protocol, bytes: &[u8]) {
    let (&how, script) = bytes.split_first().unwrap_or((&0, &[]));
    let target = target(protocol, how);
    let password = PASSWORDS[usize::from(how >> 4 & 3)];
    // Who makes no login sends no credential: no server can know it.
    let known = if target.login == LoginMethod::None {
        ""
    } else {
        password
    };
    let (mut ended, mut sent) = dialogue(&target, password, &filled_in(script, known, b""));
    if let Some(answer) = answer(protocol, &sent).filter(|_| script.contains(&7)) {
        (ended, sent) = dialogue(&target, password, &filled_in(script, known, &answer));
        // In front of the challenge it makes another one, and so another answer.
        let again = self::answer(protocol, &sent);
        shown(&ended, known, again.as_deref());
    } else {
        shown(&ended, known, None);
    }
    commands(&target, password, &sent);
    assert!(
        ended.code != Code::Ok || target.security != Security::StartTls,
        "no TLS was spoken: {ended:?}"
    );
}

fn target(protocol: Protocol, how: u8) -> MailServer {
    let user = USER.to_owned();
    MailServer {
        protocol,
        host: "mail.example.org".to_owned(),
        port: 1,
        // POP3 never gets as far as STARTTLS.
        security: match how & 1 {
            1 if protocol != Protocol::Pop3 => Security::StartTls,
            _ => Security::Plain,
        },
        checks_certificate: false,
        login: match how >> 1 & 3 {
            0 | 3 => LoginMethod::Password { user },
            1 => LoginMethod::XOAuth2 { user },
            _ => LoginMethod::None,
        },
        folders: vec!["INBOX".into(), "Gelöschtes \"x\"".into()],
        sender: SENDER.to_owned(),
        starttls_ignored: protocol == Protocol::Pop3 && how & 1 == 1,
    }
}

/// The script with the forms of the credential in it.
fn filled_in(script: &[u8], password: &str, answer: &[u8]) -> Vec<u8> {
    let [coded, plain, token] = coded(password);
    let mut out = Vec::with_capacity(script.len());
    for &byte in script {
        match byte {
            1 => out.extend_from_slice(password.as_bytes()),
            2 => out.extend_from_slice(quoted(password).as_bytes()),
            3 => out.extend_from_slice(coded.as_bytes()),
            4 => out.extend_from_slice(plain.as_bytes()),
            5 => out.extend_from_slice(token.as_bytes()),
            6 => out.extend_from_slice(password.to_uppercase().as_bytes()),
            7 => out.extend_from_slice(answer),
            _ => out.push(byte),
        }
    }
    out
}

fn quoted(password: &str) -> String {
    password.replace('\\', "\\\\").replace('"', "\\\"")
}

/// In base64: alone, as PLAIN sends it, as XOAUTH2 does.
fn coded(password: &str) -> [String; 3] {
    [
        password.to_owned(),
        format!("{USER}\0{USER}\0{password}"),
        format!("user={USER}\x01auth=Bearer {password}\x01\x01"),
    ]
    .map(|text| base64::encode(text.as_bytes()))
}

/// One test against a server that says all of this at once, and hangs up; what it heard.
fn dialogue(target: &MailServer, password: &str, script: &[u8]) -> (Ended, Vec<u8>) {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (listener, address) = &*SERVER;
    let settings = Settings {
        trust: Arc::new(Trust::of(Vec::new())),
        routes: vec![(target.host.clone(), target.port, *address)],
        white_list: String::new(),
        patience: Patience::default(),
    };
    let credential = SecretBytes::from(password.as_bytes());
    std::thread::scope(|scope| {
        let server = scope.spawn(|| listener.accept().map(|(stream, _)| serve(stream, script)));
        let ended = probe(
            target,
            Some(&credential),
            &settings,
            &AtomicBool::new(false),
            &mut |_| {},
        );
        let sent = server
            .join()
            .expect("the server ends")
            .expect("a connection");
        (
            ended.unwrap_or_else(|_| panic!("nobody called it off")),
            sent,
        )
    })
}

fn serve(mut stream: TcpStream, script: &[u8]) -> Vec<u8> {
    // The other side may hang up first.
    let _ = stream.write_all(script);
    let _ = stream.shutdown(Shutdown::Write);
    let mut heard = Vec::new();
    let _ = stream.take(1 << 20).read_to_end(&mut heard);
    heard
}

/// The answer to a challenge: the digest of APOP, the line that follows `AUTH CRAM-MD5`.
fn answer(protocol: Protocol, sent: &[u8]) -> Option<Vec<u8>> {
    let mut lines = sent.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let answer = match protocol {
        Protocol::Imap => None,
        Protocol::Pop3 => lines.find_map(|line| line.strip_prefix(b"APOP ")),
        Protocol::Smtp => {
            lines.find(|line| *line == b"AUTH CRAM-MD5")?;
            // What follows a refusal is another command.
            lines
                .next()
                .filter(|line| line.len() > 8 && is_base64(line))
        }
    };
    answer.map(<[u8]>::to_vec)
}

/// Everything of a test that is shown somewhere.
fn shown(ended: &Ended, password: &str, answer: Option<&[u8]>) {
    let mut texts = vec![ended.server_said.clone()];
    texts.extend(ended.ladder.iter().map(|step| step.detail.clone()));
    for caution in &ended.cautions {
        match caution {
            TestCaution::Unchecked(CertificateFault::OtherName(names)) => {
                texts.extend(names.iter().cloned());
            }
            TestCaution::OwnAddressRefused(said) => texts.push(said.clone()),
            _ => {}
        }
    }
    let [coded, plain, token] = coded(password);
    for text in &texts {
        assert_clean(&text.to_string());
        assert!(text.to_string().chars().count() <= MOST_SHOWN, "{text}");
        let lower = text.raw().to_lowercase();
        let forms = [password, &quoted(password), &coded, &plain, &token];
        for secret in forms.iter().filter(|_| !password.is_empty()) {
            assert!(!lower.contains(&secret.to_lowercase()), "{secret}: {text}");
        }
    }
    // Nobody knows an answer before it is given.
    let login = ended
        .ladder
        .iter()
        .filter(|step| step.rung >= Rung::Authentication);
    let late = login.map(|step| &step.detail).chain([&ended.server_said]);
    if let Some(answer) = answer.map(String::from_utf8_lossy) {
        let answer = answer.to_lowercase();
        for text in late {
            assert!(!text.raw().to_lowercase().contains(&answer), "{text}");
        }
    }
    assert!(ended.ladder.len() <= 10 && ended.cautions.len() <= 10);
}

/// What was sent is a dialogue of the protocol, and not a long one.
fn commands(target: &MailServer, password: &str, sent: &[u8]) {
    assert!(sent.len() <= MOST_SENT);
    // Where TLS begins there are no lines any more.
    let plain = match target.security {
        Security::StartTls => &sent[..sent.iter().position(|b| *b == 0x16).unwrap_or(sent.len())],
        _ => sent,
    };
    let lines: Vec<&[u8]> = plain.split(|b| *b == b'\n').collect();
    assert!(lines.len() <= MOST_COMMANDS, "{}", plain.escape_ascii());
    let [coded, plain_coded, token] = coded(password);
    let gives_away = |line: &[u8]| {
        [password, &quoted(password), &coded, &plain_coded, &token]
            .iter()
            .any(|secret| memmem(line, secret.as_bytes()))
    };
    let given = lines.iter().filter(|line| gives_away(line)).count();
    // A password goes to a server once, and once more where the server says that it does not know the first method.
    let most = if target.protocol == Protocol::Smtp {
        2
    } else {
        1
    };
    assert!(given <= most, "{}", plain.escape_ascii());
    if target.login == LoginMethod::None || target.security == Security::StartTls {
        assert_eq!(given, 0, "{}", plain.escape_ascii());
    }
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(known(target.protocol, line), "{}", line.escape_ascii());
    }
}

/// Whether a line is one of the commands that FreeScout's own dialogue has.
fn known(protocol: Protocol, line: &[u8]) -> bool {
    let begins = |commands: &[&str]| commands.iter().any(|c| line.starts_with(c.as_bytes()));
    match protocol {
        Protocol::Imap => {
            let command = line
                .iter()
                .position(|b| *b == b' ')
                .map(|at| &line[at + 1..]);
            line.is_empty()
                || command.is_some_and(|command| {
                    [
                        "CAPABILITY",
                        "STARTTLS",
                        "LOGIN \"",
                        "AUTHENTICATE XOAUTH2 ",
                        "LIST \"\" \"*\"",
                        "EXAMINE \"",
                        "UID SEARCH UNSEEN SINCE ",
                        "LOGOUT",
                    ]
                    .iter()
                    .any(|c| command.starts_with(c.as_bytes()))
                })
        }
        Protocol::Pop3 => begins(&["APOP ", "USER support", "PASS ", "LIST", "TOP ", "QUIT"]),
        Protocol::Smtp => {
            begins(&["EHLO [127.0.0.1]", "HELO [127.0.0.1]", "STARTTLS", "AUTH ", "MAIL FROM:<", "RCPT TO:<", "RSET", "QUIT", "*"])
                // An answer to a challenge.
                || is_base64(line)
        }
    }
}

fn is_base64(line: &[u8]) -> bool {
    line.iter()
        .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
}

fn memmem(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|window| window == what)
}
