//! Each answer of the table, sent by a server of its protocol, comes out as its row says.

use freescout_rescue::domain::mail::advice::{
    Advice, DOMAINS, HABITS, LoginSort, Provider, replies,
};
use freescout_rescue::domain::mail::probe::Ended;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol};

use super::{climb, climb_with, target};
use crate::scripted::{Server, say, script};

/// A server of this provider.
fn host(of: Option<Provider>) -> String {
    let entered = |provider| {
        let mut domains = DOMAINS.iter();
        domains.find(|domain| domain.provider == provider && domain.entered)
    };
    of.map_or(super::HOST.to_owned(), |provider| {
        let domain = entered(provider).unwrap();
        format!("{}x.{}", domain.begins, domain.ends)
    })
}

/// A reply, and to what it comes.
struct Said<'a> {
    from: Option<Provider>,
    login: LoginSort,
    rung: Rung,
    reply: &'a str,
}

/// What comes of it over the wire.
fn heard(said: &Said<'_>) -> Ended {
    let protocol = match said.reply.as_bytes()[0] {
        b'0'..=b'9' => Protocol::Smtp,
        b'-' => Protocol::Pop3,
        _ => Protocol::Imap,
    };
    let user = "support".to_owned();
    let target = MailServer {
        host: host(said.from),
        login: match said.login {
            LoginSort::Token => LoginMethod::XOAuth2 { user },
            _ => LoginMethod::Password { user },
        },
        ..target(protocol)
    };
    let mut steps = match protocol {
        Protocol::Imap => script("* OK ready\nC: R1 CAPABILITY\nR1 OK done\nC: R2 "),
        Protocol::Pop3 => script("+OK ready\nC: USER\n+OK\nC: PASS"),
        Protocol::Smtp => script("220 x\nC: EHLO\n250-x\n250 AUTH PLAIN XOAUTH2\nC: AUTH"),
    };
    match said.rung {
        Rung::Sender => steps.extend(script("235 in\nC: MAIL")),
        Rung::Folder => steps.extend(script("R2 OK in\nC: R3 ")),
        _ => {}
    }
    steps.push(match (protocol, said.rung, said.reply.as_bytes()[3]) {
        (Protocol::Imap, Rung::Folder, _) => say(format!("R3 {}\r\n", said.reply)),
        (Protocol::Imap, ..) => say(format!("R2 {}\r\n", said.reply)),
        // The last line of several comes without words.
        (Protocol::Smtp, _, b'-') => say(format!("{0}\r\n{1} \r\n", said.reply, &said.reply[..3])),
        _ => say(format!("{}\r\n", said.reply)),
    });
    let server = Server::new(steps);
    let ended = match said.login {
        LoginSort::EightBit => climb_with(&server, &target, "Pässwörd".as_bytes()),
        _ => climb(&server, &target),
    };
    assert_eq!(ended.rung, Some(said.rung), "{}", said.reply);
    // The server's own line is there, whatever is said about it.
    assert!(ended.server_said.raw().starts_with(said.reply), "{ended:?}");
    server.record();
    ended
}

#[test]
fn every_row_comes_out_over_the_wire() {
    for row in replies() {
        let ended = heard(&Said {
            from: row.from,
            login: row.login.unwrap_or(LoginSort::Password),
            rung: match (row.rung, row.code) {
                (Some(rung), _) => rung,
                (None, Code::SenderRefused) => Rung::Sender,
                _ => Rung::Authentication,
            },
            reply: row.sample,
        });
        assert_eq!(
            (ended.code, ended.advice),
            (row.code, Some(row.advice)),
            "{}: {ended:?}",
            row.sample
        );
    }
}

#[test]
fn a_plain_refusal_means_what_is_usual_at_its_provider() {
    let plain = |from, reply| {
        heard(&Said {
            from,
            login: LoginSort::Password,
            rung: Rung::Authentication,
            reply,
        })
    };
    for habit in HABITS {
        let ended = plain(Some(habit.of), habit.sample);
        assert_eq!(ended.code, Code::AuthRejected, "{}", habit.sample);
        assert_eq!(ended.advice, Some(habit.advice), "{}", habit.sample);
    }
    let ended = plain(None, "535 5.7.8 Error: authentication failed");
    assert_eq!(ended.advice, Some(Advice::WrongPassword));
}

#[test]
fn a_password_is_not_sent_once_more_after_a_refusal_that_judged_nothing() {
    for refusal in [
        "502 5.7.0 Your SMTP account is not yet activated",
        "525 5.7.1 no",
    ] {
        let mut steps = script(
            "220 x
            C: EHLO
            250-x
            250 AUTH LOGIN PLAIN
            C: AUTH LOGIN
            334 VXNlcm5hbWU6
            C:
            334 UGFzc3dvcmQ6
            C:",
        );
        steps.push(say(format!("{refusal}\r\n")));
        let server = Server::new(steps);
        let ended = climb(&server, &target(Protocol::Smtp));
        assert!(!ended.code.condemns_password(), "{ended:?}");
        let sent = server.record().text();
        assert!(!sent.contains("PLAIN"), "{sent}");
    }
}

#[test]
fn a_server_that_says_goodbye_judges_no_password() {
    let server = Server::new(script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        * BYE Server shutting down.",
    ));
    let ended = climb(&server, &target(Protocol::Imap));
    assert!(!ended.code.condemns_password(), "{ended:?}");
    assert_eq!(ended.server_said, "BYE Server shutting down.");
    let server = Server::new(script("* BYE Too many connections from your address"));
    let ended = climb(&server, &target(Protocol::Imap));
    assert_eq!(ended.code, Code::RateLimited);
}

#[test]
fn an_app_password_with_its_blanks_is_told() {
    let server = Server::new(script(
        "* OK Gimap ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        R2 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    ));
    let target = MailServer {
        host: "imap.gmail.com".to_owned(),
        ..target(Protocol::Imap)
    };
    let ended = climb_with(&server, &target, b"abcd efgh ijkl mnop");
    assert_eq!(ended.advice, Some(Advice::GoogleSpaces));
}
