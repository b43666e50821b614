//! The form of `watch.toml`: which sections and keys there are, what they may be, and what stands where they are missing.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeTable;

use super::section::{Mistake, Section, SettingForm, SettingsMistake, line_of};
use super::{
    Channels, CommandChannel, InstallToWatch, MailCarrier, MailChannel, SmtpAccount, SmtpSecurity,
    Thresholds, WatchSettings, WatchedSafe, WebhookChannel,
};

/// Logins are not tried more often: mail servers lock accounts that come too often.
const LOGINS: RangeInclusive<Duration> = Duration::from_mins(15)..=Duration::from_hours(30 * 24);
const REMINDERS: RangeInclusive<Duration> =
    Duration::from_hours(1)..=Duration::from_hours(365 * 24);
const CERTIFICATES: RangeInclusive<Duration> =
    Duration::from_hours(24)..=Duration::from_hours(365 * 24);
const WAITS: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(30 * 24);
const FAILED_JOBS: RangeInclusive<u64> = 1..=1_000_000;
const ANSWERS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(5);
const TRIES: RangeInclusive<u64> = 1..=10;
const PORTS: RangeInclusive<u64> = 1..=65_535;

/// How long a webhook or a program may take, where nothing else is set.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a webhook is tried, where nothing else is set.
const USUAL_TRIES: u32 = 3;
/// The words for [`SmtpSecurity`].
const SECURITY: &[&str] = &["tls", "starttls", "none"];

/// Reads the settings.
///
/// # Errors
/// [`SettingsMistake`]: the first one. Nothing is passed over, as it would be missed when it is needed.
pub fn parse(text: &str) -> Result<WatchSettings, SettingsMistake> {
    let table = DeTable::parse(text).map_err(|error| SettingsMistake {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        mistake: Mistake::Syntax(error.message().to_owned()),
    })?;
    let keys = &[
        "install",
        "logins_every",
        "send_test",
        "renew_oauth",
        "remind_after",
        "thresholds",
        "safe",
        "alert",
    ];
    let file = Section::whole(text, table.get_ref(), keys)?;
    let usual = WatchSettings::default();
    Ok(WatchSettings {
        installs: installs(&file)?,
        logins_every: file
            .time("logins_every", LOGINS)?
            .unwrap_or(usual.logins_every),
        send_test: file.flag("send_test")?.unwrap_or(usual.send_test),
        renew_oauth: file.flag("renew_oauth")?.unwrap_or(usual.renew_oauth),
        remind_after: file
            .time("remind_after", REMINDERS)?
            .unwrap_or(usual.remind_after),
        thresholds: thresholds(&file)?,
        safe: safe(&file)?,
        channels: channels(&file)?,
    })
}

fn installs(file: &Section<'_>) -> Result<Vec<InstallToWatch>, SettingsMistake> {
    let mut installs: Vec<InstallToWatch> = Vec::new();
    for section in file.sections("install", &["path", "container"])? {
        let install = InstallToWatch {
            path: section.required("path", section.path("path")?)?,
            container: section.text("container")?,
        };
        if installs.contains(&install) {
            return Err(section.wrong_at("path", Mistake::Twice(section.key("path"))));
        }
        installs.push(install);
    }
    Ok(installs)
}

fn thresholds(file: &Section<'_>) -> Result<Thresholds, SettingsMistake> {
    let usual = Thresholds::default();
    let keys = &["certificate", "job_waits", "fetch_ago", "failed_jobs"];
    let Some(section) = file.section("thresholds", keys)? else {
        return Ok(usual);
    };
    let certificate = section.time("certificate", CERTIFICATES)?;
    let job_waits = section.time("job_waits", WAITS)?;
    let fetch_ago = section.time("fetch_ago", WAITS)?;
    let failed_jobs = section.number("failed_jobs", FAILED_JOBS)?;
    Ok(Thresholds {
        certificate: certificate.unwrap_or(usual.certificate),
        job_waits: job_waits.unwrap_or(usual.job_waits),
        fetch_ago: fetch_ago.unwrap_or(usual.fetch_ago),
        failed_jobs: failed_jobs.unwrap_or(usual.failed_jobs),
    })
}

fn safe(file: &Section<'_>) -> Result<Option<WatchedSafe>, SettingsMistake> {
    let Some(section) = file.section("safe", &["folder", "recipients"])? else {
        return Ok(None);
    };
    Ok(Some(WatchedSafe {
        folder: section.required("folder", section.path("folder")?)?,
        recipients: section.required("recipients", section.path("recipients")?)?,
    }))
}

fn channels(file: &Section<'_>) -> Result<Channels, SettingsMistake> {
    let keys = &["syslog", "mail", "webhook", "command"];
    let Some(section) = file.section("alert", keys)? else {
        return Ok(Channels::default());
    };
    Ok(Channels {
        syslog: section.flag("syslog")?.unwrap_or_default(),
        mail: mail(&section)?,
        webhook: webhook(&section)?,
        command: command(&section)?,
    })
}

fn mail(alert: &Section<'_>) -> Result<Option<MailChannel>, SettingsMistake> {
    let keys = &["from", "to", "sendmail", "smtp"];
    let Some(section) = alert.section("mail", keys)? else {
        return Ok(None);
    };
    let from = section.text_that("from", SettingForm::Address, is_address)?;
    let to = section.texts_that("to", SettingForm::Addresses, is_address)?;
    let to = section.required("to", to)?;
    if to.is_empty() {
        let mistake = Mistake::Value(section.key("to"), SettingForm::Addresses);
        return Err(section.wrong_at("to", mistake));
    }
    let both = || (section.key("sendmail"), section.key("smtp"));
    let carrier = match (section.path("sendmail")?, smtp(&section)?) {
        (Some(program), None) => MailCarrier::Sendmail(program),
        (None, Some(account)) => MailCarrier::Smtp(account),
        (None, None) => {
            let (one, other) = both();
            return Err(section.wrong(Mistake::Neither(one, other)));
        }
        (Some(_), Some(_)) => {
            let (one, other) = both();
            return Err(section.wrong_at("sendmail", Mistake::Both(one, other)));
        }
    };
    Ok(Some(MailChannel {
        from: section.required("from", from)?,
        to,
        carrier,
    }))
}

fn smtp(mail: &Section<'_>) -> Result<Option<SmtpAccount>, SettingsMistake> {
    let keys = &["host", "port", "security", "user", "password_file"];
    let Some(section) = mail.section("smtp", keys)? else {
        return Ok(None);
    };
    let host = section.text_that("host", SettingForm::Host, is_host)?;
    let host = section.required("host", host)?;
    let word = section.text_that("security", SettingForm::OneOf(SECURITY), |word| {
        SECURITY.contains(&word)
    })?;
    let (security, usual_port) = match word.as_deref() {
        Some("none") => (SmtpSecurity::None, 25),
        Some("starttls") => (SmtpSecurity::StartTls, 587),
        _ => (SmtpSecurity::Implicit, 465),
    };
    // Alarms name mailboxes and servers, and a password would go with them.
    if security == SmtpSecurity::None && !is_this_machine(&host) {
        return Err(section.wrong_at("security", Mistake::InTheClear(section.key("security"))));
    }
    let port = section.number("port", PORTS)?;
    let port = port.and_then(|port| u16::try_from(port).ok());
    let (user, password_file) = (section.text("user")?, section.path("password_file")?);
    for (one, other) in [("user", "password_file"), ("password_file", "user")] {
        if section.has(one) && !section.has(other) {
            let mistake = Mistake::Needs(section.key(one), section.key(other));
            return Err(section.wrong_at(one, mistake));
        }
    }
    Ok(Some(SmtpAccount {
        host,
        port: port.unwrap_or(usual_port),
        security,
        user,
        password_file,
    }))
}

fn webhook(alert: &Section<'_>) -> Result<Option<WebhookChannel>, SettingsMistake> {
    let keys = &["url", "headers_file", "timeout", "tries"];
    let Some(section) = alert.section("webhook", keys)? else {
        return Ok(None);
    };
    let url = section.text_that("url", SettingForm::Https, is_https)?;
    let tries = section.number("tries", TRIES)?;
    let tries = tries.and_then(|tries| u32::try_from(tries).ok());
    Ok(Some(WebhookChannel {
        url: section.required("url", url)?,
        headers_file: section.path("headers_file")?,
        timeout: section.time("timeout", ANSWERS)?.unwrap_or(PATIENCE),
        tries: tries.unwrap_or(USUAL_TRIES),
    }))
}

fn command(alert: &Section<'_>) -> Result<Option<CommandChannel>, SettingsMistake> {
    let keys = &["program", "arguments", "timeout"];
    let Some(section) = alert.section("command", keys)? else {
        return Ok(None);
    };
    // The kernel takes no NUL in them.
    let arguments =
        section.texts_that("arguments", SettingForm::Texts, |text| !text.contains('\0'))?;
    Ok(Some(CommandChannel {
        program: section.required("program", section.path("program")?)?,
        arguments: arguments.unwrap_or_default(),
        timeout: section.time("timeout", ANSWERS)?.unwrap_or(PATIENCE),
    }))
}

/// One bare address, which no mail program takes for an option or for several.
fn is_address(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>(),;:\\\"[]".contains(c);
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(user, host)| !user.is_empty() && is_host(host))
        && !text.starts_with('-')
        && text.chars().all(plain)
}

/// A name or an address, without a port.
fn is_host(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || "-._".contains(c);
    let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    is_v6 || !text.is_empty() && !text.starts_with(['-', '.']) && text.chars().all(is_name)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// An address of the web that nothing is sent to unencrypted, and that holds no password before the host.
fn is_https(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let starts = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    starts && !host.contains('@') && rest.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
