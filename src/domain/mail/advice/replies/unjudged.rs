//! What servers say at a login that they did not judge: they are out of order, busy, or want something else first.

use super::{Advice, Code, KnownReply, Rung, on, reply};

const WORDING: &str = "wording approximate";

const fn later(
    has: &'static [&'static str],
    sample: &'static str,
    source: &'static str,
) -> KnownReply {
    let row = reply(has, Code::AuthUnavailable, Advice::TryLater, sample, source);
    on(Rung::Authentication, row)
}

const fn unjudged(
    has: &'static [&'static str],
    sample: &'static str,
    source: &'static str,
) -> KnownReply {
    let row = reply(
        has,
        Code::AuthUnavailable,
        Advice::NotJudged,
        sample,
        source,
    );
    on(Rung::Authentication, row)
}

pub(super) const REPLIES: &[KnownReply] = &[
    later(
        &["server unavailable"],
        "NO Server Unavailable. 15",
        "Microsoft 365's IMAP and POP3; MicrosoftDocs/OfficeDocs-Exchange; wording approximate",
    ),
    later(
        &["service unavailable"],
        "NO authentication service unavailable",
        WORDING,
    ),
    later(
        &["connection lost to authentication server"],
        "535 5.7.8 Error: authentication failed: Connection lost to authentication server",
        "Postfix 3.7.11",
    ),
    later(
        &["try again later"],
        "NO Temporary problem, please try again later",
        WORDING,
    ),
    later(
        &["generic failure"],
        "535 5.7.8 Error: authentication failed: generic failure",
        "Cyrus SASL's words for SASL_FAIL: saslauthd is not there",
    ),
    later(
        &["aack, child crashed"],
        "-ERR aack, child crashed",
        "qmail-pop3d",
    ),
    later(
        &["unable to scan", "maildir"],
        "-ERR unable to scan $HOME/Maildir",
        "qmail-pop3d",
    ),
    on(
        Rung::Authentication,
        reply(
            &["this user has no", "maildir"],
            Code::AuthUnavailable,
            Advice::ServerFault,
            "-ERR this user has no $HOME/Maildir",
            "qmail-pop3d",
        ),
    ),
    later(&["internal error"], "NO internal error", WORDING),
    later(
        &["internal server error"],
        "-ERR internal server error",
        WORDING,
    ),
    later(
        &["mailbox unavailable"],
        "-ERR mailbox unavailable",
        WORDING,
    ),
    on(
        Rung::Authentication,
        reply(
            &["locked by another"],
            Code::RateLimited,
            Advice::InUse,
            "-ERR Mailbox is locked by another session",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["mailbox is locked"],
            Code::RateLimited,
            Advice::InUse,
            "NO Mailbox is locked",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["pop3 is disabled"],
            Code::ServiceDisabled,
            Advice::ContactAdmin,
            "-ERR POP3 is disabled",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["logins are disabled"],
            Code::ServiceDisabled,
            Advice::ContactAdmin,
            "NO Logins are disabled",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["plaintext authentication disabled"],
            Code::AuthUnavailable,
            Advice::NeedsEncryption,
            "NO plaintext authentication disabled",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["issue starttls first"],
            Code::AuthUnavailable,
            Advice::NeedsEncryption,
            "530 5.7.0 Must issue STARTTLS first",
            WORDING,
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["ip address not allowed"],
            Code::AuthUnavailable,
            Advice::AddressNotAllowed,
            "535 5.7.1 IP address not allowed",
            WORDING,
        ),
    ),
    unjudged(
        &["[clientbug]"],
        "NO [CLIENTBUG] Already logged in",
        "RFC 5530",
    ),
    unjudged(
        &["[overquota]"],
        "NO [OVERQUOTA] Quota exceeded",
        "RFC 5530",
    ),
    unjudged(
        &["disk quota exceeded"],
        "-ERR Disk quota exceeded",
        WORDING,
    ),
    unjudged(
        &["web login required"],
        "-ERR [AUTH] Web login required",
        WORDING,
    ),
    unjudged(
        &["invalid authentication mechanism"],
        "535 5.7.8 Error: authentication failed: Invalid authentication mechanism",
        "Postfix 3.7.11 with Dovecot's SASL",
    ),
    unjudged(
        &["another step is needed in authentication"],
        "535 5.7.8 Error: authentication failed: another step is needed in authentication",
        "Cyrus SASL's words for SASL_CONTINUE",
    ),
    unjudged(
        &["no mechanism available"],
        "535 5.7.8 Error: authentication failed: no mechanism available",
        "Cyrus SASL's words for SASL_NOMECH",
    ),
];
