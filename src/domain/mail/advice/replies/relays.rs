//! Services that only send: Amazon SES, SendGrid, Brevo, Mailgun.

use super::{Advice, Code, KnownReply, Provider, Rung, of, on, reply};

pub(super) const REPLIES: &[KnownReply] = &[
    of(
        Provider::AmazonSes,
        reply(
            &["535", "authentication credentials invalid"],
            Code::AuthRejected,
            Advice::SesCredentials,
            "535 Authentication Credentials Invalid",
            "chatwoot/chatwoot#12804, knadh/listmonk#1053",
        ),
    ),
    reply(
        &["authorization grant is invalid, expired, or revoked"],
        Code::AuthRejected,
        Advice::SendGridKey,
        "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
        "sendgrid/docs#3947, sendgrid/sendgrid-nodejs#1105",
    ),
    reply(
        &["maximum credits exceeded"],
        Code::AuthUnavailable,
        Advice::CreditsUsed,
        "451 Authentication failed: Maximum credits exceeded",
        "mautic/mautic#8721",
    ),
    reply(
        &["unauthorized ip address"],
        Code::ServiceDisabled,
        Advice::AddressNotAllowed,
        "525 5.7.1 Unauthorized IP address",
        "users' notes on smtp-relay.brevo.com; Brevo's manual, IP security",
    ),
    reply(
        &["account is not yet activated"],
        Code::ServiceDisabled,
        Advice::NotActivated,
        "502 5.7.0 Your SMTP account is not yet activated",
        "supabase/agent-skills#133, WPManageNinja/fluent-smtp#157",
    ),
    on(
        Rung::Sender,
        of(
            Provider::Brevo,
            reply(
                &["please authenticate first"],
                Code::AuthUnavailable,
                Advice::NotJudged,
                "502 5.7.0 Please authenticate first",
                "frappe/frappe#38806",
            ),
        ),
    ),
    on(
        Rung::Sender,
        of(
            Provider::Mailgun,
            reply(
                &["is not allowed to send"],
                Code::ServiceDisabled,
                Advice::NotActivated,
                "421 Domain mg.example.org is not allowed to send: Please activate your Mailgun account.",
                "Monstarrrr/rebutify#162, swapmyvote/swapmyvote#891",
            ),
        ),
    ),
];
