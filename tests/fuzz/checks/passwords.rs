//! The file of `--passwords`: what is read is what was written, and an error does not repeat it.

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::io::state::passwords::{MailboxName, PasswordLine, PasswordsError, parse};

pub(super) fn check(bytes: &[u8]) {
    let lines = match parse(bytes) {
        Ok(lines) => lines,
        Err(error) => {
            let (line, why) = match error {
                PasswordsError::Form(line, why) => (line, why),
                PasswordsError::Empty => {
                    assert!(bytes.trim_ascii().is_empty());
                    return;
                }
                PasswordsError::Unreadable(_) => panic!("no file is read here: {error}"),
            };
            assert!((1..=bytes.split(|b| *b == b'\n').count()).contains(&line));
            // A fixed sentence: no byte of the file is in it.
            let _: &'static str = why;
            return;
        }
    };
    let written: Vec<u8> = lines
        .iter()
        .flat_map(|line| written(line).into_bytes())
        .collect();
    let again = parse(&written).expect("what was read can be written");
    assert!(again.len() == lines.len() && again.iter().zip(&lines).all(|(a, b)| same(a, b)));
    for line in &lines {
        assert!(secrets(line).all(|secret| !secret.is_empty()));
    }
}

fn secrets(line: &PasswordLine) -> impl Iterator<Item = &SecretBytes> {
    let both = match line {
        PasswordLine::Mailbox {
            incoming, outgoing, ..
        } => [incoming.as_ref(), outgoing.as_ref()],
        PasswordLine::SystemMail(secret) => [Some(secret), None],
    };
    both.into_iter().flatten()
}

fn same(one: &PasswordLine, other: &PasswordLine) -> bool {
    match (one, other) {
        (PasswordLine::SystemMail(a), PasswordLine::SystemMail(b)) => a == b,
        (
            PasswordLine::Mailbox {
                mailbox: a,
                incoming: a_in,
                outgoing: a_out,
            },
            PasswordLine::Mailbox {
                mailbox: b,
                incoming: b_in,
                outgoing: b_out,
            },
        ) => (a, a_in, a_out) == (b, b_in, b_out),
        _ => false,
    }
}

fn written(line: &PasswordLine) -> String {
    let text = |secret: &SecretBytes| {
        std::str::from_utf8(secret.expose())
            .expect("JSON holds text")
            .to_owned()
    };
    let mut json = serde_json::Map::new();
    match line {
        PasswordLine::SystemMail(secret) => {
            json.insert("system_mail".to_owned(), text(secret).into());
        }
        PasswordLine::Mailbox {
            mailbox,
            incoming,
            outgoing,
        } => {
            let name = match mailbox {
                MailboxName::Id(id) => (*id).into(),
                MailboxName::Email(email) => email.clone().into(),
            };
            json.insert("mailbox".to_owned(), name);
            for (member, secret) in [("incoming", incoming), ("outgoing", outgoing)] {
                if let Some(secret) = secret {
                    json.insert(member.to_owned(), text(secret).into());
                }
            }
        }
    }
    format!("{}\n", serde_json::Value::Object(json))
}
