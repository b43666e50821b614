//! Why a climb up the ladder of a mail server ends below its top.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::CertificateFault;
use crate::domain::mail::rung::Code;
use crate::words::untrusted::listed;

/// Why the climb ended.
pub(super) enum Fall {
    /// Called off.
    Cancelled,
    /// With this code, in the server's words (sanitised).
    At {
        code: Code,
        advice: Advice,
        said: String,
    },
}

impl Fall {
    pub(super) fn new(code: Code, advice: Advice, said: impl Into<String>) -> Self {
        Fall::At {
            code,
            advice,
            said: said.into(),
        }
    }
}

pub(super) fn called_off(cancel: &AtomicBool) -> bool {
    cancel.load(Ordering::Relaxed)
}

/// Code and advice of a certificate that does not pass.
pub(super) fn certificate_fall(fault: &CertificateFault) -> Fall {
    match fault {
        CertificateFault::Expired => Fall::new(Code::CertExpired, Advice::CertificateExpired, ""),
        CertificateFault::OtherName(names) => {
            Fall::new(Code::CertName, Advice::CertificateName, listed(names))
        }
        CertificateFault::Untrusted => {
            Fall::new(Code::CertUntrusted, Advice::CertificateUntrusted, "")
        }
        CertificateFault::SelfSigned => {
            Fall::new(Code::CertUntrusted, Advice::CertificateSelfSigned, "")
        }
        CertificateFault::AuthorityExpired => {
            Fall::new(Code::CertExpired, Advice::CertificateAuthorityExpired, "")
        }
        CertificateFault::Unsuitable(why) => Fall::new(
            Code::CertUntrusted,
            Advice::CertificateUnsuitable,
            why.to_string(),
        ),
    }
}
