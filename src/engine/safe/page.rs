//! A key on a page for a folder: what it is, how it is used, its rows to be typed in, and its code to be scanned.

use zeroize::Zeroizing;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::paper;
use crate::domain::key::qr_code::QrCode;
use crate::engine::recovery::clock::now;
use crate::engine::session::Session;
use crate::words::untrusted::shown;
use crate::words::words;

/// How a page shows the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDrawing {
    /// As ink: for paper.
    Ink,
    /// Black on white on a terminal, whatever its own colours are; of 256 where it has them.
    Coloured {
        /// Whether it has them.
        indexed: bool,
    },
    /// Not at all: the terminal shows no colours, or no such characters.
    None,
}

/// A page.
pub struct Page {
    fingerprint: Fingerprint,
    head: String,
    rows: Vec<Zeroizing<String>>,
    code: Option<QrCode>,
}

impl Page {
    /// The page of the key in force.
    ///
    /// # Errors
    /// A [`Problem`] where there is none, or none that anybody would type.
    pub fn of(session: &Session) -> Result<Self, Problem> {
        let w = words();
        let nothing = |what: &str, next| ErrorKind::NothingToDo.problem(what, "", next);
        let Some(key) = session.ring.effective() else {
            return Err(nothing(w.page_no_key, w.page_no_key_next));
        };
        let rows =
            paper::rows(key).ok_or_else(|| nothing(w.page_too_long, w.page_too_long_next))?;
        let address = session.install.setting(&["app", "url"], "APP_URL");
        let (_, moment) = now();
        let head = text!(
            page_head,
            address = shown(&address.unwrap_or_default()),
            path = shown(&session.install.root),
            moment,
            fingerprint = key.fingerprint()
        );
        Ok(Self {
            fingerprint: key.fingerprint(),
            head,
            rows,
            code: QrCode::of(AppKey::text(key)),
        })
    }

    /// Of the key on it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The page as text.
    pub fn text(&self, drawing: CodeDrawing) -> Zeroizing<String> {
        let w = words();
        // Room for all of it: growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(16 << 10));
        let mut line = |parts: &[&str]| {
            parts.iter().for_each(|part| text.push_str(part));
            text.push('\n');
        };
        self.head.lines().for_each(|said| line(&[said]));
        line(&[]);
        for (row, number) in self.rows.iter().zip(1..) {
            line(&[&format!("  {number:>2}: "), row]);
        }
        line(&[]);
        let code = self.code.as_ref().filter(|_| drawing != CodeDrawing::None);
        match code {
            Some(code) => {
                line(&[w.page_code]);
                line(&[]);
                let (before, behind) = colours(drawing);
                for row in code.lines() {
                    line(&["  ", before, &row, behind]);
                }
            }
            None => line(&[w.page_no_code]),
        }
        text
    }

    /// The code as a picture.
    ///
    /// # Errors
    /// A [`Problem`] where the key's text is too long for any.
    pub fn svg(&self) -> Result<Zeroizing<String>, Problem> {
        let w = words();
        let code = self.code.as_ref().map(QrCode::svg);
        code.ok_or_else(|| {
            ErrorKind::NothingToDo.problem(w.page_too_long, "", w.page_too_long_next)
        })
    }
}

/// What stands before and behind each line of the code.
fn colours(drawing: CodeDrawing) -> (&'static str, &'static str) {
    match drawing {
        CodeDrawing::Ink | CodeDrawing::None => ("", ""),
        // The first sixteen are whatever the terminal's owner likes.
        CodeDrawing::Coloured { indexed: true } => ("\u{1b}[38;5;16;48;5;231m", "\u{1b}[0m"),
        CodeDrawing::Coloured { indexed: false } => ("\u{1b}[30;47m", "\u{1b}[0m"),
    }
}
