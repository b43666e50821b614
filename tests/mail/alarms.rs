//! An alarm by mail, as a real mail server takes it and a real mailbox has it.

use std::sync::Arc;

use freescout_rescue::domain::run::watch::WatchedInstall;
use freescout_rescue::domain::run::watch::settings::{
    Channels, MailCarrier, MailChannel, SmtpAccount, SmtpSecurity,
};
use freescout_rescue::io::alert::{Alert, ChannelName, NotTold, Reach, tell};
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::os::tls::{Trust, certificates as certificates_of};
use mail_parser::MessageParser;

use crate::certificates::{Certificate, certificates};
use crate::dovecot::Account;
use crate::guard::await_some;
use crate::postfix::Listener;
use crate::servers::{good_dovecot, postfix};

const SUBJECT: &str = "[FreeScout Büro] CRITICAL: Der Schlüssel ist ein anderer — пароль";
const TEXT: &str = "Grüße\n.\n..\n.hidden\nFrom here\n\n-- \nEnde\n";

fn alarm(account: &Account, listener: Listener, security: SmtpSecurity) -> Result<(), NotTold> {
    let folder = tempfile::tempdir().unwrap();
    let password_file = folder.path().join("password");
    std::fs::write(&password_file, format!("{}\n", account.password)).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&password_file, mode).unwrap();
    let channels = Channels {
        mail: Some(MailChannel {
            from: account.user.to_owned(),
            to: vec![account.user.to_owned()],
            carrier: MailCarrier::Smtp(SmtpAccount {
                host: "localhost".to_owned(),
                port: postfix().port(listener),
                security,
                user: Some(account.user.to_owned()),
                password_file: Some(password_file),
            }),
        }),
        ..Channels::default()
    };
    let alert = Alert {
        install: WatchedInstall {
            host: "server1".to_owned(),
            path: "/var/www/freescout".to_owned(),
            name: "Büro".to_owned(),
            version: String::new(),
            container: None,
        },
        news: Vec::new(),
        subject: SUBJECT.to_owned(),
        text: TEXT.to_owned(),
        json: "{}".to_owned(),
    };
    let authority = certificates_of(&std::fs::read(certificates().ca()).unwrap());
    let reach = Reach {
        mail: Settings {
            trust: Arc::new(Trust::of(authority)),
            ..Settings::of_system()
        },
        ..Reach::of_system()
    };
    let mut told = tell(&channels, &alert, &reach);
    assert_eq!(told.len(), 1);
    let (name, outcome) = told.remove(0);
    assert_eq!(name, ChannelName::Mail);
    outcome
}

#[test]
fn an_alarm_arrives_as_it_was_written() {
    let account = good_dovecot().own_account();
    let good = Certificate::Good;
    for (number, (listener, security)) in [
        (Listener::Submission(good), SmtpSecurity::StartTls),
        (Listener::Smtps(good), SmtpSecurity::Implicit),
        (Listener::NoTls, SmtpSecurity::None),
    ]
    .into_iter()
    .enumerate()
    {
        alarm(&account, listener, security).unwrap();
        let mails = await_some(
            || format!("an alarm for {}\n{}", account.user, postfix().log()),
            || Some(good_dovecot().new_mail(account.user)).filter(|all| all.len() > number),
        );
        for mail in &mails {
            assert!(mail.is_ascii(), "{mail}");
            let read = MessageParser::default().parse(mail.as_bytes()).unwrap();
            assert_eq!(read.subject(), Some(SUBJECT));
            assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), TEXT);
            assert_eq!(read.return_address(), Some(account.user));
            assert!(mail.contains("Auto-Submitted: auto-generated\n"), "{mail}");
        }
    }
}

#[test]
fn no_password_goes_to_a_server_whose_certificate_is_not_its_own() {
    let account = good_dovecot().own_account();
    for kind in [
        Certificate::SelfSigned,
        Certificate::Expired,
        Certificate::OtherName,
    ] {
        let told = alarm(&account, Listener::Smtps(kind), SmtpSecurity::Implicit);
        let why = told.unwrap_err().to_string();
        assert!(why.starts_with("localhost:"), "{why}");
    }
    assert_eq!(good_dovecot().attempts(account.user), 0);
}

#[test]
fn a_refused_login_is_told_without_the_password() {
    let account = Account {
        password: "wrong-s3ntinel",
        ..good_dovecot().own_account()
    };
    let told = alarm(&account, Listener::NoTls, SmtpSecurity::None);
    let why = told.unwrap_err().to_string();
    assert!(why.contains("535") && !why.contains("s3ntinel"), "{why}");
}
