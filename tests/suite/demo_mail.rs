//! The demo's mail servers, spoken to as a mail client would: they know the story's logins, and end when told to.

mod certificates;
mod client;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use freescout_rescue::demo;
use freescout_rescue::demo::mail::MailServers;
use freescout_rescue::domain::payload::base64;
use rusqlite::Connection;
use rustls::{CertificateError, Error};

use self::client::{Client, address};

const FAILED: &str = "NO [AUTHENTICATIONFAILED] Authentication failed.";

#[test]
fn a_login_opens_the_folders_and_a_wrong_one_does_not() {
    let servers = MailServers::start().unwrap();
    let mut client = Client::imaps(&servers, "imap.mail.example");
    assert_eq!(client.tagged("NOOP"), "OK Completed.");
    assert!(client.tagged("SELECT INBOX").starts_with("BAD"));
    assert_eq!(client.log_in("support", "wrong"), FAILED);
    // The password for sending is another one.
    assert_eq!(client.log_in("support", "demo-support-outgoing"), FAILED);
    assert_eq!(client.log_in("nobody", "demo-support-incoming"), FAILED);
    assert_eq!(client.log_in("support", ""), FAILED);
    assert_eq!(
        client.log_in("support", "demo-support-incoming"),
        "OK Logged in."
    );
    let (seen, reply) = client.command("LIST \"\" \"*\"");
    assert_eq!((seen.lines().count(), &reply[..2]), (3, "OK"));
    let (seen, reply) = client.command("EXAMINE \"inbox\"");
    assert!(seen.contains("\n3 EXISTS\n"), "{seen}");
    assert!(reply.starts_with("OK [READ-ONLY]"), "{reply}");
    assert!(client.tagged("SELECT Elsewhere").starts_with("NO "));
    assert_eq!(
        client.command("STATUS INBOX (MESSAGES UNSEEN)"),
        (
            "STATUS INBOX (MESSAGES 3 UNSEEN 0)\n".to_owned(),
            "OK Completed.".to_owned()
        )
    );
    assert!(client.command("LOGOUT").0.starts_with("BYE "));
    assert!(client.is_over());
}

#[test]
fn literals_and_starttls_are_spoken() {
    let servers = MailServers::start().unwrap();
    let mut client = Client::plain(&servers, "imap.mail.example", 143);
    assert!(client.line().contains("STARTTLS"));
    assert!(client.tagged("STARTTLS").starts_with("OK "));
    client.secure(&servers, "imap.mail.example").unwrap();
    assert!(!client.command("CAPABILITY").0.contains("STARTTLS"));
    let (user, password) = ("sales@helpdesk.example", "demo-sales-incoming");
    let literal = |text: &str| format!("{text} {{{}}}", password.len());
    assert!(
        client
            .ask(&format!("A1 LOGIN {{{}}}", user.len()))
            .starts_with('+')
    );
    assert!(client.ask(&literal(user)).starts_with('+'));
    assert_eq!(client.ask(password), "A1 OK Logged in.");
}

#[test]
fn mail_goes_in_after_starttls_and_login() {
    let servers = MailServers::start().unwrap();
    let mut client = Client::smtps(&servers, "smtp.mail.example");
    let sender = "MAIL FROM:<support@helpdesk.example>";
    assert!(client.ask(sender).starts_with("530 "));
    assert!(client.ask("AUTH CRAM-MD5").starts_with("504 "));
    assert_eq!(client.ask("AUTH LOGIN"), "334 VXNlcm5hbWU6");
    let user = base64::encode(b"support@helpdesk.example");
    assert_eq!(client.ask(&user), "334 UGFzc3dvcmQ6");
    let wrong = base64::encode(b"demo-support-incoming");
    assert!(client.ask(&wrong).starts_with("535 5.7.8 "));
    assert!(client.ask("AUTH LOGIN").starts_with("334 "));
    assert!(client.ask("*").starts_with("501 "));
    assert_eq!(
        client.ask(&format!("AUTH LOGIN {user}")),
        "334 UGFzc3dvcmQ6"
    );
    let right = base64::encode(b"demo-support-outgoing");
    assert!(client.ask(&right).starts_with("235 "));
    for (line, code) in [
        ("RCPT TO:<customer@customer.example>", "503"),
        (sender, "250"),
        ("RSET", "250"),
        ("DATA", "503"),
        (sender, "250"),
        ("RCPT TO:<customer@customer.example>", "250"),
        ("DATA", "354"),
        ("Subject: hello\r\n\r\nhello\r\n..\r\n.", "250"),
        ("NOOP", "250"),
        ("QUIT", "221"),
    ] {
        let reply = client.ask(line);
        assert!(reply.starts_with(code), "{line}: {reply}");
    }
    assert!(client.is_over());
    let mut system = Client::smtps(&servers, "smtp.mail.example");
    assert!(
        system
            .auth_plain("system", "demo-system-mail")
            .starts_with("235 ")
    );
}

#[test]
fn the_story_and_its_servers_agree() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = 0u8;
    let made = demo::lay_out(&folder.path().join("demo"), &mut |bytes| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(1);
            *byte = next;
        }
    });
    let install = made.ok().unwrap().install;
    let servers = MailServers::start().unwrap();
    let database = Connection::open(install.join("database/database.sqlite")).unwrap();
    let mut query = database
        .prepare(
            "SELECT email, in_server, in_port, out_server, out_port FROM mailboxes ORDER BY id",
        )
        .unwrap();
    let rows = query.query_map([], |r| {
        Ok((
            r.get::<_, String>(0)?,
            r.get::<_, String>(1)?,
            r.get(2)?,
            r.get::<_, String>(3)?,
            r.get(4)?,
        ))
    });
    let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
    let mut imap = std::collections::BTreeSet::new();
    for (email, in_server, in_port, out_server, out_port) in rows.unwrap().map(Result::unwrap) {
        address(&servers, &in_server, in_port);
        address(&servers, &out_server, out_port);
        let user = email.split('@').next().unwrap().to_owned();
        if in_server == "imap.mail.example" {
            let reply =
                Client::imaps(&servers, &in_server).log_in(&user, &format!("demo-{user}-incoming"));
            incoming.push((user.clone(), reply.starts_with("OK ")));
        }
        if out_server == "smtp.mail.example" {
            let reply = Client::smtps(&servers, &out_server)
                .auth_plain(&user, &format!("demo-{user}-outgoing"));
            outgoing.push((user, reply.starts_with("235 ")));
        }
        imap.insert((in_server, out_server));
    }
    let refused = |logins: &[(String, bool)]| {
        let refused = logins.iter().filter(|(_, taken)| !taken);
        refused.map(|(user, _)| user.clone()).collect::<Vec<_>>()
    };
    assert_eq!((incoming.len(), outgoing.len(), imap.len()), (10, 10, 4));
    // One has a password that was never sealed, one was made to change them.
    assert_eq!(refused(&incoming), ["gogaek", "labor"]);
    assert_eq!(refused(&outgoing), ["gogaek"]);
    let mut client = Client::imaps(&servers, "imap.mail.example");
    assert_eq!(client.log_in("labor", "demo-never-sealed"), "OK Logged in.");
    let mut client = Client::imaps(&servers, "imap.mail.example");
    assert_eq!(
        client.log_in("gogaek", "demo-gogaek-changed"),
        "OK Logged in."
    );
}

#[test]
fn microsoft_takes_no_password_and_of_tokens_the_renewed_one() {
    let servers = MailServers::start().unwrap();
    let mut imap = Client::imaps(&servers, "outlook.office365.com");
    assert_eq!(
        imap.log_in("m365", "demo-m365-incoming"),
        "NO LOGIN failed."
    );
    assert_eq!(
        imap.tagged("AUTHENTICATE XOAUTH2 dG9rZW4="),
        "NO AUTHENTICATE failed."
    );
    assert_eq!(imap.ask("A1 AUTHENTICATE XOAUTH2"), "+");
    assert_eq!(imap.ask("dG9rZW4="), "A1 NO AUTHENTICATE failed.");
    let mut smtp = Client::smtps(&servers, "smtp.office365.com");
    assert_eq!(
        smtp.ask("AUTH XOAUTH2 dG9rZW4="),
        "535 5.7.3 Authentication unsuccessful"
    );
    assert_eq!(smtp.ask("AUTH XOAUTH2"), "334");
    assert!(smtp.ask("dG9rZW4=").starts_with("535 5.7.3 "));
    assert_eq!(smtp.ask("AUTH LOGIN dXNlcg=="), "334 UGFzc3dvcmQ6");
    assert!(smtp.ask("cGFzcw==").starts_with("535 5.7.139 "));
    let message = |token: &str| {
        let user = "m365@helpdesk.example";
        base64::encode(format!("user={user}\x01auth=Bearer {token}\x01\x01").as_bytes())
    };
    let old = format!("AUTHENTICATE XOAUTH2 {}", message("demo-access-token"));
    assert_eq!(imap.tagged(&old), "NO AUTHENTICATE failed.");
    let (status, reply) = ask_for_token(&servers, &form("demo-refresh-token"));
    assert_eq!(status, "HTTP/1.1 200 OK");
    let token = reply["access_token"].as_str().unwrap();
    let renewed = format!("AUTHENTICATE XOAUTH2 {}", message(token));
    assert_eq!(imap.tagged(&renewed), "OK AUTHENTICATE completed.");
    assert!(imap.tagged("SELECT INBOX").starts_with("OK "));
    let renewed = format!("AUTH XOAUTH2 {}", message(token));
    assert!(smtp.ask(&renewed).starts_with("235 "));
    // Elsewhere a refused token is explained first.
    let mut imap = Client::imaps(&servers, "imap.mail.example");
    let challenge = imap.ask("A1 AUTHENTICATE XOAUTH2 dG9rZW4=");
    let json = base64::decode_strict(challenge.strip_prefix("+ ").unwrap().as_bytes()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["status"], "400");
    assert_eq!(imap.ask(""), format!("A1 {FAILED}"));
}

/// What is posted for a new token.
fn form(refresh_token: &str) -> String {
    format!(
        "client_id=6f0c1d2e-demo-client&client_secret=demo-m365-incoming&refresh_token={refresh_token}&grant_type=refresh_token"
    )
}

/// The first line of what the token endpoint answers to these bytes, and its body.
fn ask_endpoint(servers: &MailServers, request: &[u8]) -> (String, serde_json::Value) {
    let endpoint = servers.token_endpoint();
    let address = endpoint.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address.strip_suffix("/token").unwrap()).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    socket.write_all(request).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.lines().next().unwrap().to_owned();
    let length = format!("Content-Length: {}\r\n", body.len());
    assert!(head.contains(&length), "{head}");
    (status, serde_json::from_str(body).unwrap())
}

fn ask_for_token(servers: &MailServers, form: &str) -> (String, serde_json::Value) {
    let length = form.len();
    let request = format!("POST /token HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{form}");
    ask_endpoint(servers, request.as_bytes())
}

#[test]
fn the_token_endpoint_gives_nothing_to_what_it_does_not_know() {
    let servers = MailServers::start().unwrap();
    let good = form("demo-refresh-token");
    for (form, error) in [
        (form("demo-other-token"), "invalid_grant"),
        (good.replace("incoming", "other"), "invalid_client"),
        (good.replace("6f0c", "7f0c"), "invalid_client"),
        (
            good.replace("grant_type=refresh_token", "grant_type=password"),
            "unsupported_grant_type",
        ),
        (String::new(), "unsupported_grant_type"),
    ] {
        let (status, reply) = ask_for_token(&servers, &form);
        assert_eq!(status, "HTTP/1.1 400 Bad Request", "{form}");
        assert_eq!(reply, serde_json::json!({ "error": error }), "{form}");
    }
    let headers = "x: y\r\n".repeat(64);
    for request in [
        "GET /token HTTP/1.1\r\n\r\n",
        "POST /token HTTP/1.1\r\n\r\n",
        "POST /token HTTP/1.1\r\nno colon\r\n",
        "POST /token HTTP/1.1\r\ncontent-length: 8193\r\n\r\n",
        "POST /token HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        &format!("POST /token HTTP/1.1\r\n{headers}"),
    ] {
        let (status, reply) = ask_endpoint(&servers, request.as_bytes());
        assert_eq!(status, "HTTP/1.1 400 Bad Request", "{request}");
        assert_eq!(reply["error"], "invalid_request", "{request}");
    }
    // It closes after one request, and others are still answered.
    assert!(ask_for_token(&servers, &good).0.ends_with("200 OK"));
}

#[test]
fn the_expired_certificate_is_expired_and_nothing_else() {
    let servers = MailServers::start().unwrap();
    let host = "imap.old-host.example";
    let mut client = Client::plain(&servers, host, 993);
    let refused = client.secure(&servers, host).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. }
            )
        ),
        "{refused:?}"
    );
    // It is renewed once that guest has left.
    drop(client);
    until("the certificate is renewed", || {
        let mut client = Client::plain(&servers, host, 993);
        client.secure(&servers, host).is_ok()
    });
    let mut client = Client::imaps(&servers, host);
    assert_eq!(client.log_in("daam", "demo-daam-incoming"), "OK Logged in.");
    // The others are good for their own name alone.
    let mut client = Client::plain(&servers, "imap.mail.example", 993);
    let refused = client.secure(&servers, "imap.other.example").unwrap_err();
    assert!(
        matches!(
            refused,
            Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
            )
        ),
        "{refused:?}"
    );
}

/// Waits until it is so: the servers notice on their own threads who has left.
fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !is() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_silent_server_is_silent_until_its_first_guest_has_left() {
    let servers = MailServers::start().unwrap();
    let host = "smtp.silent.example";
    // Also to a second one who looks meanwhile.
    let mut guests = [587, 587].map(|port| Client::plain(&servers, host, port));
    for client in &mut guests {
        client
            .socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        client.send(b"EHLO client.example\r\n").unwrap();
        let said = client.read().unwrap_err();
        assert!(
            matches!(said.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{said}"
        );
    }
    drop(guests);
    until("it speaks", || {
        let mut client = Client::plain(&servers, host, 587);
        let short = Some(Duration::from_millis(200));
        client.socket.set_read_timeout(short).unwrap();
        client.read().is_ok()
    });
    let mut client = Client::smtps(&servers, host);
    assert!(
        client
            .auth_plain("khai", "demo-khai-outgoing")
            .starts_with("235 ")
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let servers = MailServers::start().unwrap();
    let mut client = Client::plain(&servers, "imap.mail.example", 143);
    client.line();
    for (line, reply) in [
        ("", "* BAD"),
        ("A1", "A1 BAD"),
        ("A1 FETCH 1 BODY[]", "A1 BAD"),
        ("A1 LOGIN \"open", "A1 BAD"),
        ("A1 LOGIN {8193}", "A1 BAD"),
        ("A1 LOGIN one", "A1 BAD"),
        ("\x01\u{ff} LOGIN a b", "* BAD"),
        ("A1 AUTHENTICATE GSSAPI", "A1 NO"),
    ] {
        let said = client.ask(line);
        assert!(said.starts_with(reply), "{line:?}: {said}");
    }
    // Literals without end, each sound in itself.
    let mut taken = 0;
    while client.ask(if taken == 0 { "A1 LOGIN {1}" } else { "x {1}" }) == "+ OK" {
        taken += 1;
        assert!(taken < 100, "there is no end to the words of a command");
    }
    let said = client.ask(&"x".repeat(8 << 10));
    assert!(said.starts_with("* BYE"), "{said}");
    assert!(client.is_over());
    // A command behind STARTTLS, but before TLS, is not carried out.
    let mut client = Client::plain(&servers, "imap.mail.example", 143);
    client.line();
    assert!(client.ask("A1 STARTTLS\r\nA2 NOOP").starts_with("A1 OK"));
    assert!(client.line().starts_with("* BYE"));
    let mut client = Client::plain(&servers, "smtp.mail.example", 587);
    client.line();
    for (line, code) in [("", "502"), ("EHLO", "501"), ("AUTH PLAIN", "530")] {
        let said = client.ask(line);
        assert!(said.starts_with(code), "{line:?}: {said}");
    }
    assert!(client.ask(&"x".repeat(9 << 10)).starts_with("500 "));
}

#[test]
fn no_more_guests_than_there_is_room_for() {
    let servers = MailServers::start().unwrap();
    let mut guests: Vec<Client> = (0..64)
        .map(|_| Client::plain(&servers, "smtp.silent.example", 587))
        .collect();
    assert!(Client::plain(&servers, "smtp.silent.example", 587).is_over());
    drop(guests.pop());
    // Room is made as soon as the guest's thread has noticed.
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let mut late = Client::plain(&servers, "smtp.silent.example", 587);
        late.socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        if !late.is_over() {
            break;
        }
        assert!(Instant::now() < deadline, "nobody is let in any more");
    }
}

#[test]
fn they_end_when_dropped() {
    let servers = MailServers::start().unwrap();
    let routes = servers.routes();
    let mut inside = [
        Client::imaps(&servers, "imap.mail.example"),
        Client::plain(&servers, "smtp.silent.example", 587),
        // In the middle of a handshake.
        Client::plain(&servers, "outlook.office365.com", 993),
    ];
    let started = Instant::now();
    drop(servers);
    assert!(started.elapsed() < Duration::from_secs(1));
    for (host, port, address) in routes {
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(
            refused.kind(),
            ErrorKind::ConnectionRefused,
            "{host}:{port}"
        );
    }
    for client in &mut inside {
        assert!(client.is_over());
    }
}
