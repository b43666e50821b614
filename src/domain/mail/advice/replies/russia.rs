//! Mail.ru, Yandex.

use super::{Advice, Code, KnownReply, Provider, of, reply};

pub(super) const REPLIES: &[KnownReply] = &[
    reply(
        &["neobhodim parol prilozheniya"],
        Code::AppPasswordRequired,
        Advice::MailRuAppPassword,
        "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED",
        "lmanukyan/print-designer#5; by IMAP thunderbird/thunderbird-android#9069",
    ),
    reply(
        &["prove you are not a robot"],
        Code::ServiceDisabled,
        Advice::YandexRobot,
        "535 5.7.8 Error: authentication failed: Your message looks like spam. You need to use web for sending or prove you are not a robot",
        "higty/higlabo#17",
    ),
    reply(
        &["does not have access rights to this service"],
        Code::ServiceDisabled,
        Advice::YandexAccess,
        "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
        "the family of Foundry376/Mailspring#904; seen in many programs' notes",
    ),
    of(
        Provider::Yandex,
        reply(
            &["imap is disabled"],
            Code::ServiceDisabled,
            Advice::YandexAccess,
            "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled sc=ebI8JB0ug4Y1_290737_53p",
            "Foundry376/Mailspring#904",
        ),
    ),
];
