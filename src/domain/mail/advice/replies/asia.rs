//! QQ Mail, NetEase's 163, 126 and yeah.net, and Aliyun.

use super::{Advice, Code, KnownReply, Provider, Rung, of, on, reply};

pub(super) const REPLIES: &[KnownReply] = &[
    reply(
        &["enter your authorization code"],
        Code::AppPasswordRequired,
        Advice::AuthorizationCode,
        "535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256",
        "YMFE/yapi#2219, louislam/uptime-kuma#3434, pppscn/SmsForwarder#507",
    ),
    on(
        Rung::Folder,
        reply(
            &["unsafe login"],
            Code::ServiceDisabled,
            Advice::NetEaseUnnamed,
            "NO EXAMINE Unsafe Login. Please contact kefu@188.com for help",
            "pimalaya/himalaya#651, rustmailer/bichon#25, weibaohui/imapdownloader#4",
        ),
    ),
    // A code of its own for a wrong password.
    reply(
        &["526", "authentication failure"],
        Code::AuthRejected,
        Advice::WrongPassword,
        "526 Authentication failure[0]",
        "Aliyun's mail (smtp.mxhichina.com); wording approximate",
    ),
    of(
        Provider::NetEase,
        reply(
            &["user has no permission"],
            Code::ServiceDisabled,
            Advice::MailProgramsOff,
            "550 User has no permission",
            "JavaMail users' notes on smtp.163.com: the service is off, or the account is blocked from sending",
        ),
    ),
];
