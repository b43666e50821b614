//! A mail server: the dialogue that tests logins sends the alarm, but for one thing: the certificate is always checked.

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::message::Alert;
use super::reach::Reach;
use super::untold::NotTold;
use super::{letter, secret_file};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use crate::domain::run::watch::settings::{MailChannel, SmtpAccount, SmtpSecurity};
use crate::io::mail::submit::{Unsubmitted, submit};

/// Gives it the mail.
pub(super) fn tell(
    channel: &MailChannel,
    account: &SmtpAccount,
    alert: &Alert,
    reach: &Reach,
) -> Result<(), NotTold> {
    let mail = letter::write(channel, alert)?;
    let recipients = letter::recipients(channel)?;
    let target = target(channel, account);
    let server = target.server();
    let password = match (&account.user, &account.password_file) {
        (Some(_), Some(_)) if is_in_the_clear(account) => {
            return Err(NotTold::ClearText(server.into()));
        }
        (Some(_), Some(file)) => Some(password(&secret_file::read(file)?, file)?),
        _ => None,
    };
    submit(&target, password.as_ref(), &recipients, &mail, &reach.mail).map_err(
        |Unsubmitted { code, said }| NotTold::Server {
            server: server.into(),
            code,
            said,
        },
    )
}

fn target(channel: &MailChannel, account: &SmtpAccount) -> MailServer {
    MailServer {
        protocol: Protocol::Smtp,
        host: account.host.clone(),
        port: account.port,
        security: match account.security {
            SmtpSecurity::Implicit => Security::Implicit,
            SmtpSecurity::StartTls => Security::StartTls,
            SmtpSecurity::None => Security::Plain,
        },
        checks_certificate: true,
        login: match &account.user {
            Some(user) => LoginMethod::Password { user: user.clone() },
            None => LoginMethod::None,
        },
        folders: Vec::new(),
        sender: channel.from.trim().to_owned(),
        starttls_ignored: false,
    }
}

/// Whether a password would leave this machine unencrypted.
fn is_in_the_clear(account: &SmtpAccount) -> bool {
    let address = account.host.trim_matches(['[', ']']).parse::<IpAddr>();
    let here = address.is_ok_and(|address| address.is_loopback());
    account.security == SmtpSecurity::None && !here && account.host != "localhost"
}

/// All of a file but the end of its one line.
fn password(bytes: &Zeroizing<Vec<u8>>, file: &std::path::Path) -> Result<SecretBytes, NotTold> {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.is_empty() || line.contains(&b'\n') {
        true => Err(NotTold::NoPassword(file.to_owned())),
        false => Ok(SecretBytes::from(line)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_password_is_one_line() {
        let read = |bytes: &[u8]| password(&Zeroizing::new(bytes.to_vec()), Path::new("/p"));
        for fine in [&b"pass word "[..], b"pass word \n", b"pass word \r\n"] {
            assert_eq!(read(fine).unwrap().expose(), b"pass word ");
        }
        for none in [&b""[..], b"\n", b"one\ntwo\n"] {
            assert!(matches!(read(none), Err(NotTold::NoPassword(_))));
        }
    }

    #[test]
    fn a_password_stays_on_this_machine_where_nothing_protects_it() {
        let clear = |host: &str, security| {
            is_in_the_clear(&SmtpAccount {
                host: host.to_owned(),
                port: 25,
                security,
                user: Some("u".to_owned()),
                password_file: Some("/p".into()),
            })
        };
        for here in ["127.0.0.1", "[::1]", "localhost"] {
            assert!(!clear(here, SmtpSecurity::None), "{here}");
        }
        for elsewhere in ["10.0.0.1", "smtp.example.org", "127.0.0.1.example.org"] {
            assert!(clear(elsewhere, SmtpSecurity::None), "{elsewhere}");
            assert!(!clear(elsewhere, SmtpSecurity::StartTls));
        }
    }
}
