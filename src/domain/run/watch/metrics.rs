//! The figures of the watch as Prometheus knows them.
//!
//! Names and descriptions never change, in no language either: what is described in other words elsewhere is passed over in
//! silence, and dashboards and alerts of others hold the names.

use super::{CheckCode, WatchCheck};

/// Seconds of a day: times are given in seconds.
pub const DAY: u64 = 86_400;

/// A metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
}

/// A figure of a check.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// As what it is known.
    pub metric: Metric,
    /// The check.
    pub check: CheckCode,
    /// Where it is in it.
    pub value: fn(&WatchCheck) -> Option<u64>,
}

const fn figure(
    name: &'static str,
    help: &'static str,
    check: CheckCode,
    value: fn(&WatchCheck) -> Option<u64>,
) -> Figure {
    Figure {
        metric: Metric { name, help },
        check,
        value,
    }
}

/// Whether a round could be made.
pub const UP: Metric = Metric {
    name: "freescout_rescue_up",
    help: "Whether the install could be looked at.",
};

/// Which installs are watched: 1 for each.
pub const INSTALL_INFO: Metric = Metric {
    name: "freescout_rescue_install_info",
    help: "A FreeScout install that is watched.",
};

/// When a round was.
pub const LAST_ROUND: Metric = Metric {
    name: "freescout_rescue_last_round_timestamp_seconds",
    help: "When the install was last looked at.",
};

/// The number of the whole state.
pub const STATE: Metric = Metric {
    name: "freescout_rescue_state",
    help: "How the install is: 0 ok, 1 warning, 2 critical, 3 unknown.",
};

/// The number of a check's state.
pub const CHECK_STATE: Metric = Metric {
    name: "freescout_rescue_check_state",
    help: "How the install is in one respect: 0 ok, 1 warning, 2 critical, 3 unknown.",
};

/// When a check was made.
pub const CHECK_AT: Metric = Metric {
    name: "freescout_rescue_check_timestamp_seconds",
    help: "When the install was last looked at in one respect.",
};

/// 1 for each code of what stands, 0 for the others.
pub const MATTER: Metric = Metric {
    name: "freescout_rescue_matter",
    help: "Whether something stands that needs attention.",
};

/// The figures, in the order of the checks.
pub const FIGURES: [Figure; 13] = [
    figure(
        "freescout_rescue_secrets_readable",
        "Stored secrets that FreeScout reads.",
        CheckCode::Secrets,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_secrets",
        "Stored secrets.",
        CheckCode::Secrets,
        |check| check.of,
    ),
    figure(
        "freescout_rescue_logins_working",
        "Logins at mail servers that worked when they were last tried.",
        CheckCode::Logins,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_logins",
        "Logins at mail servers that are tried.",
        CheckCode::Logins,
        |check| check.of,
    ),
    figure(
        "freescout_rescue_certificate_left_seconds",
        "Time until the first certificate of a mail server runs out.",
        CheckCode::Certificates,
        |check| check.value.map(|days| days.saturating_mul(DAY)),
    ),
    figure(
        "freescout_rescue_queue_jobs",
        "Jobs that wait in the queue of FreeScout.",
        CheckCode::Queue,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_failed_jobs",
        "Jobs that FreeScout gave up.",
        CheckCode::FailedJobs,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_fetch_age_seconds",
        "Time since FreeScout last began to fetch mail.",
        CheckCode::Fetching,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_queue_workers",
        "Queue workers that run.",
        CheckCode::Workers,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_mailboxes_flowing",
        "Mailboxes whose mail comes and goes as usual.",
        CheckCode::MailFlow,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_mailboxes_habitual",
        "Mailboxes of which it is known how often mail comes and goes.",
        CheckCode::MailFlow,
        |check| check.of,
    ),
    figure(
        "freescout_rescue_test_mails_returned",
        "Mailboxes whose test mail came back.",
        CheckCode::TestMail,
        |check| check.value,
    ),
    figure(
        "freescout_rescue_test_mails",
        "Mailboxes that sent a test mail.",
        CheckCode::TestMail,
        |check| check.of,
    ),
];
