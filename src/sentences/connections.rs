//! Connection tests as sentences: how one ended, what to do, what works and should not be left so.

use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::{
    CertificateFault, Ended, Journey, LoginMark, RefusedBy, TestCaution, Tested,
};
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::{ConnectionId, Direction};
use crate::words::untrusted::listed;
use crate::words::words;

/// How a test ended, in a word or two.
pub fn code(code: Code) -> &'static str {
    let w = words();
    match code {
        Code::Ok => w.code_ok,
        Code::Dns => w.code_dns,
        Code::Refused => w.code_refused,
        Code::Unreachable => w.code_unreachable,
        Code::Timeout => w.code_timeout,
        Code::TlsHandshake => w.code_tls_handshake,
        Code::TlsWrongMode => w.code_tls_wrong_mode,
        Code::CertExpired => w.code_cert_expired,
        Code::CertName => w.code_cert_name,
        Code::CertUntrusted => w.code_cert_untrusted,
        Code::NotAMailServer => w.code_not_a_mail_server,
        Code::OtherServer => w.code_other_server,
        Code::StartTlsRefused => w.code_starttls_refused,
        Code::AuthRejected => w.code_auth_rejected,
        Code::AppPasswordRequired => w.code_app_password_required,
        Code::BasicAuthDisabled => w.code_basic_auth_disabled,
        Code::SmtpAuthDisabled => w.code_smtp_auth_disabled,
        Code::ServiceDisabled => w.code_service_disabled,
        Code::RateLimited => w.code_rate_limited,
        Code::AuthUnavailable => w.code_auth_unavailable,
        Code::OAuthExpired => w.code_oauth_expired,
        Code::OAuthRejected => w.code_oauth_rejected,
        Code::FolderMissing => w.code_folder_missing,
        Code::FolderRefused => w.code_folder_refused,
        Code::SenderRefused => w.code_sender_refused,
        Code::SenderDeferred => w.code_sender_deferred,
        Code::ProtocolError => w.code_protocol_error,
        Code::NoPassword => w.code_no_password,
        Code::UnreadablePassword => w.code_unreadable_password,
        Code::NotNeeded => w.code_not_needed,
        Code::NotConfigured => w.code_not_configured,
        Code::SameAsBefore => w.code_same_as_before,
        Code::NoResolver => w.code_no_resolver,
        Code::ContainerStopped => w.code_container_stopped,
        Code::CannotTell => w.code_cannot_tell,
        Code::OurFault => w.code_our_fault,
    }
}

/// The sign of a mark, the same everywhere: `✗` is this login's own answer, `✓` is FreeScout's.
pub fn sign(mark: LoginMark) -> &'static str {
    match mark {
        LoginMark::Works => "✓",
        LoginMark::WouldWork => "→",
        LoginMark::Fails => "✗",
        LoginMark::NotTried => "○",
        LoginMark::NotNeeded => "–",
    }
}

/// How a test ended, in a word or two that fit a narrow cell.
pub fn word(ended: &Ended) -> &'static str {
    let w = words();
    match (ended.mark(), ended.code) {
        (LoginMark::WouldWork, _) => w.code_would_work,
        (LoginMark::NotTried, Code::NoPassword | Code::UnreadablePassword) => code(ended.code),
        (LoginMark::NotTried, _) => w.code_same_as_before,
        _ => code(ended.code),
    }
}

/// How a test ended: of what was not tried that it was not, and why.
pub fn outcome(ended: &Ended) -> String {
    let w = words();
    match (ended.mark(), ended.code) {
        (LoginMark::NotTried, Code::SameAsBefore | Code::CannotTell | Code::OurFault) => {
            code(ended.code).to_owned()
        }
        (LoginMark::NotTried, Code::UnreadablePassword) => {
            text!(code_not_tried, why = w.code_unreadable_in_full)
        }
        (LoginMark::NotTried, _) => text!(code_not_tried, why = code(ended.code)),
        _ => word(ended).to_owned(),
    }
}

/// A rung, short enough for a narrow pane.
pub fn rung(rung: Rung) -> &'static str {
    let w = words();
    match rung {
        Rung::Dns => w.rung_dns,
        Rung::Tcp => w.rung_tcp,
        Rung::Tls => w.rung_tls,
        Rung::Greeting => w.rung_greeting,
        Rung::StartTls => w.rung_starttls,
        Rung::Authentication => w.rung_login,
        Rung::Folder => w.rung_folder,
        Rung::Sender => w.rung_sender,
    }
}

/// The protocol of a test that was made.
fn protocol(tested: &Tested) -> String {
    tested
        .protocol
        .map(|protocol| protocol.to_string())
        .unwrap_or_default()
}

/// `url` leads to where the connection is set up.
fn advice_text(advice: Advice, tested: &Tested, url: &str) -> String {
    let w = words();
    match advice {
        Advice::WrongPassword => w.advice_wrong_password.to_owned(),
        Advice::PasswordExpired => w.advice_password_expired.to_owned(),
        Advice::GooglePassword => w.advice_google_password.to_owned(),
        Advice::GoogleAppPassword => w.advice_google_app_password.to_owned(),
        Advice::GoogleSpaces => w.advice_google_spaces.to_owned(),
        Advice::GoogleBrowser => w.advice_google_browser.to_owned(),
        Advice::YahooAppPassword => w.advice_yahoo_app_password.to_owned(),
        Advice::ICloudAppPassword => w.advice_icloud_app_password.to_owned(),
        Advice::FastmailAppPassword => w.advice_fastmail_app_password.to_owned(),
        Advice::MicrosoftOAuth => text!(advice_microsoft_oauth, url),
        Advice::MicrosoftSmtpAuth => w.advice_microsoft_smtp_auth.to_owned(),
        Advice::MicrosoftNotConnected => w.advice_microsoft_not_connected.to_owned(),
        Advice::MicrosoftTokenRefused => text!(advice_microsoft_token_refused, url),
        Advice::TokenRefused => text!(advice_token_refused, url),
        Advice::TooMany => w.advice_too_many.to_owned(),
        Advice::TooManyFailed => w.advice_too_many_failed.to_owned(),
        Advice::TryLater => w.advice_try_later.to_owned(),
        Advice::InUse => w.advice_in_use.to_owned(),
        Advice::EnableProtocol => text!(advice_enable_protocol, protocol = protocol(tested)),
        Advice::EnableImapOrAppPassword => w.advice_enable_imap_or_app_password.to_owned(),
        Advice::ContactAdmin => w.advice_contact_admin.to_owned(),
        Advice::NeedsEncryption => text!(advice_needs_encryption, url),
        Advice::NoLoginMethod => text!(advice_no_login_method, url),
        Advice::TurnedAway => w.advice_turned_away.to_owned(),
        Advice::NotOwner => text!(advice_not_owner, email = tested.email),
        Advice::SenderRefused => text!(advice_sender_refused, email = tested.email),
        Advice::FolderMissing => text!(advice_folder_missing, url),
        Advice::NoSuchHost => w.advice_no_such_host.to_owned(),
        Advice::NoResolver => w.advice_no_resolver.to_owned(),
        Advice::StartContainer => w.advice_start_container.to_owned(),
        Advice::NobodyListens => text!(advice_nobody_listens, server = tested.server),
        Advice::NoRoute => text!(advice_no_route, server = tested.server),
        Advice::NoAnswer => text!(advice_no_answer, server = tested.server),
        Advice::FellSilent => text!(advice_fell_silent, server = tested.server),
        Advice::SpeaksTls => text!(advice_speaks_tls, url),
        Advice::SpeaksPlain => text!(advice_speaks_plain, url),
        Advice::TlsBroken => w.advice_tls_broken.to_owned(),
        Advice::TlsFailed => w.advice_tls_failed.to_owned(),
        Advice::OnlyTls12 => text!(advice_only_tls12, url),
        Advice::OtherOpenSsl => text!(advice_other_openssl, url),
        Advice::CertificateExpired => w.advice_certificate_expired.to_owned(),
        Advice::CertificateName => text!(
            advice_certificate_name,
            said = tested.ended.server_said,
            url
        ),
        Advice::CertificateUntrusted => w.advice_certificate_untrusted.to_owned(),
        Advice::CertificateSelfSigned => w.advice_certificate_self_signed.to_owned(),
        Advice::CertificateAuthorityExpired => w.advice_certificate_authority_expired.to_owned(),
        Advice::CertificateUnsuitable => text!(
            advice_certificate_unsuitable,
            said = tested.ended.server_said
        ),
        Advice::NoStartTls => text!(advice_no_starttls, url),
        Advice::NotAMailServer => text!(advice_not_a_mail_server, server = tested.server),
        Advice::BrokenProtocol => w.advice_broken_protocol.to_owned(),
        Advice::Unreadable => w.advice_unreadable.to_owned(),
        Advice::NothingStored => w.advice_nothing_stored.to_owned(),
        Advice::ZeroPassword => w.advice_zero_password.to_owned(),
        Advice::FaultOfVersion => w.advice_fault_of_version.to_owned(),
        Advice::LocalMailer => w.advice_local_mailer.to_owned(),
        Advice::OfModule => w.advice_of_module.to_owned(),
        Advice::NoServer => w.advice_no_server.to_owned(),
        Advice::RefusedBefore => w.advice_refused_before.to_owned(),
        Advice::Reconnect => text!(advice_reconnect, url),
        Advice::ReconnectAfterSecret => text!(advice_reconnect_after_secret, url),
        Advice::RenewedLater => w.advice_renewed_later.to_owned(),
        Advice::ClientSecretExpired => text!(advice_client_secret_expired, url),
        Advice::RenewalUnreachable => w.advice_renewal_unreachable.to_owned(),
        Advice::RenewalNotStored => text!(advice_renewal_not_stored, url),
        Advice::RenewalNotTried => w.advice_renewal_not_tried.to_owned(),
        Advice::RenewalRefused => text!(advice_renewal_refused, url),
        Advice::ReconnectRevoked => text!(advice_reconnect_revoked, url),
        Advice::NameAsStored => text!(advice_name_as_stored, url),
        Advice::NameMatchesNone => text!(advice_name_matches_none, url),
        Advice::GreetingNotOk => w.advice_greeting_not_ok.to_owned(),
        Advice::AnswerNotOk => w.advice_answer_not_ok.to_owned(),
        Advice::CutReply => w.advice_cut_reply.to_owned(),
        Advice::NoMechanism => w.advice_no_mechanism.to_owned(),
        Advice::SenderNotAscii => w.advice_sender_not_ascii.to_owned(),
        Advice::SenderDeferred => w.advice_sender_deferred.to_owned(),
        Advice::FolderNotListed => text!(advice_folder_not_listed, url),
        Advice::FolderRefused => w.advice_folder_refused.to_owned(),
        Advice::ListRefused => w.advice_list_refused.to_owned(),
        Advice::ListEmpty => w.advice_list_empty.to_owned(),
        Advice::NoTop => w.advice_no_top.to_owned(),
        Advice::NoUser => w.advice_no_user.to_owned(),
        Advice::UnknownEncryption => text!(advice_unknown_encryption, url),
        Advice::SenderNotWritten => w.advice_sender_not_written.to_owned(),
        Advice::OnlyInbox => text!(advice_only_inbox, said = tested.ended.server_said, url),
        Advice::OtherProtocol => text!(advice_other_protocol, server = tested.server),
        Advice::LineBreak => w.advice_line_break.to_owned(),
        Advice::NotJudged => w.advice_not_judged.to_owned(),
        Advice::OtherServer => text!(
            advice_other_server,
            server = tested.server,
            other = tested.ended.answered_by
        ),
        Advice::AccountLocked => w.advice_account_locked.to_owned(),
        Advice::NeedsAdmin => w.advice_needs_admin.to_owned(),
        Advice::ServerFault => w.advice_server_fault.to_owned(),
        Advice::NotAllowedIn => w.advice_not_allowed_in.to_owned(),
        Advice::Referral => text!(advice_referral, url),
        Advice::ClientCertificate => w.advice_client_certificate.to_owned(),
        Advice::PlainLetters => w.advice_plain_letters.to_owned(),
        Advice::WrongOrNotPlain => w.advice_wrong_or_not_plain.to_owned(),
        Advice::NoSuchUser => w.advice_no_such_user.to_owned(),
        Advice::NeverConnected => text!(advice_never_connected, url),
        Advice::MicrosoftPolicy => text!(advice_microsoft_policy, url),
        Advice::MailboxClosed => w.advice_mailbox_closed.to_owned(),
        Advice::MailRuAppPassword => w.advice_mail_ru_app_password.to_owned(),
        Advice::YandexAccess => w.advice_yandex_access.to_owned(),
        Advice::YandexRobot => w.advice_yandex_robot.to_owned(),
        Advice::AuthorizationCode => w.advice_authorization_code.to_owned(),
        Advice::NetEaseUnnamed => text!(advice_netease_unnamed, url),
        Advice::MailProgramsOff => w.advice_mail_programs_off.to_owned(),
        Advice::MailboxPassword => w.advice_mailbox_password.to_owned(),
        Advice::OvhBlocked => w.advice_ovh_blocked.to_owned(),
        Advice::ZohoAppPassword => w.advice_zoho_app_password.to_owned(),
        Advice::ZohoRestricted => w.advice_zoho_restricted.to_owned(),
        Advice::SesCredentials => w.advice_ses_credentials.to_owned(),
        Advice::SendGridKey => w.advice_sendgrid_key.to_owned(),
        Advice::BrevoKey => w.advice_brevo_key.to_owned(),
        Advice::MailgunCredentials => w.advice_mailgun_credentials.to_owned(),
        Advice::PostmarkToken => w.advice_postmark_token.to_owned(),
        Advice::CreditsUsed => w.advice_credits_used.to_owned(),
        Advice::AddressNotAllowed => w.advice_address_not_allowed.to_owned(),
        Advice::NotActivated => w.advice_not_activated.to_owned(),
        Advice::BlankAtEnd => w.advice_blank_at_end.to_owned(),
    }
}

/// Where the connection is set up in FreeScout. `site` is the host of `APP_URL`.
pub fn settings_url(id: ConnectionId, site: &str) -> String {
    match (id.mailbox, id.direction) {
        (None, _) => text!(system_mail_url, site),
        (Some(mailbox), direction) => text!(
            mailbox_url,
            site,
            id = mailbox,
            direction = direction.name()
        ),
    }
}

/// What to do about a test's end; empty where there is nothing to do.
pub fn advice(tested: &Tested, site: &str) -> String {
    let Some(advice) = tested.ended.advice else {
        return String::new();
    };
    if let (Advice::RefusedBefore, Some(by)) = (advice, &tested.ended.refused_by) {
        return refused_by(by);
    }
    let url = settings_url(tested.id, site);
    advice_text(advice, tested, &url)
}

/// Why a login was not tried that another one spoke for.
fn refused_by(by: &RefusedBy) -> String {
    match (by.code.condemns_password(), by.token) {
        (true, false) => text!(
            advice_refused_elsewhere,
            protocol = by.protocol,
            server = by.server
        ),
        (true, true) => text!(
            advice_token_refused_elsewhere,
            protocol = by.protocol,
            server = by.server
        ),
        (false, _) => text!(
            advice_turned_away_elsewhere,
            protocol = by.protocol,
            server = by.server,
            why = code(by.code)
        ),
    }
}

/// What works and should not be left so, and what the answer is worth.
pub fn cautions(ended: &Ended) -> impl Iterator<Item = String> {
    cautions_of(ended, |_| true)
}

/// Those that are wanted.
pub fn cautions_of(
    ended: &Ended,
    wanted: impl Fn(&TestCaution) -> bool,
) -> impl Iterator<Item = String> {
    let waits = ended.waits_for_a_word();
    let said = ended.cautions.iter().filter(move |one| wanted(one));
    said.map(move |one| match one {
        TestCaution::NotSentAgain if waits => words().caution_earlier_answer.to_owned(),
        one => caution(one),
    })
}

fn caution(caution: &TestCaution) -> String {
    let w = words();
    match caution {
        TestCaution::ClearText => w.caution_clear_text.to_owned(),
        TestCaution::StartTlsIgnored => w.caution_starttls_ignored.to_owned(),
        TestCaution::LoginDisabled => w.caution_login_disabled.to_owned(),
        TestCaution::Unchecked(CertificateFault::Expired) => w.caution_unchecked_expired.to_owned(),
        TestCaution::Unchecked(CertificateFault::OtherName(names)) => {
            text!(caution_unchecked_name, names = listed(names))
        }
        TestCaution::Unchecked(CertificateFault::Untrusted) => {
            w.caution_unchecked_untrusted.to_owned()
        }
        TestCaution::OtherServer(server) => text!(caution_other_server, server),
        TestCaution::Unchecked(CertificateFault::SelfSigned) => {
            w.caution_unchecked_self_signed.to_owned()
        }
        TestCaution::Unchecked(CertificateFault::AuthorityExpired) => {
            w.caution_unchecked_authority_expired.to_owned()
        }
        TestCaution::Unchecked(CertificateFault::Unsuitable(why)) => {
            text!(caution_unchecked_unsuitable, said = why)
        }
        TestCaution::ExpiresSoon(days) => text!(caution_expires_soon, days),
        TestCaution::PrivateAddress => w.caution_private_address.to_owned(),
        TestCaution::NoLoginOffered => w.caution_no_login_offered.to_owned(),
        TestCaution::NotSealed => w.caution_not_sealed.to_owned(),
        TestCaution::NotStored => w.caution_not_stored.to_owned(),
        TestCaution::NotSentAgain => w.caution_not_sent_again.to_owned(),
        TestCaution::FormUntold => w.caution_form_untold.to_owned(),
        TestCaution::NotYetReadable(key) => text!(caution_not_yet_readable, key),
        TestCaution::SendsInClear => w.caution_sends_in_clear.to_owned(),
        TestCaution::LoginAfterStartTls => w.caution_login_after_starttls.to_owned(),
        TestCaution::OwnAddressRefused(said) => text!(caution_own_address_refused, said),
        TestCaution::ButtonSaysOk => w.caution_button_says_ok.to_owned(),
        TestCaution::ButtonSaysNo => w.caution_button_says_no.to_owned(),
        TestCaution::InboxMade => w.caution_inbox_made.to_owned(),
    }
}

/// What became of the mail to itself.
pub fn journey(journey: &Journey) -> String {
    let w = words();
    let seconds = |took: &std::time::Duration| format!("{:.1}", took.as_secs_f64());
    match journey {
        Journey::Arrived { took, removed } => {
            if *removed {
                text!(journey_arrived, seconds = seconds(took))
            } else {
                text!(journey_arrived_marked, seconds = seconds(took))
            }
        }
        Journey::NotSeen(took) => text!(journey_not_seen, seconds = seconds(took)),
        Journey::Refused(said) => text!(journey_refused, said),
        Journey::NotTried => w.journey_not_tried.to_owned(),
    }
}

/// Incoming or outgoing, as the operator calls it.
pub fn direction(direction: Direction) -> &'static str {
    let w = words();
    match direction {
        Direction::Incoming => w.direction_incoming,
        Direction::Outgoing => w.direction_outgoing,
    }
}
