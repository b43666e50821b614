//! `safe`: the keys into one encrypted file.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::cli::arguments::{Common, SafeLockOptions, SafeOptions, is_stdin};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::passphrase;
use crate::cli::reporter::TerminalReporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::exit::Exit;
use crate::engine::safe::{self, KeptKey, KeptKeyJson};
use crate::engine::session::volatile::{self, VolatileFolder};
use crate::engine::usecase::safe::{self as usecase, SafeMade};
use crate::io::state::safe::{
    NoRecipient, Proof, Recipient, RecipientsError, SafeLock, recipients,
};
use crate::sentences::commands::decrypt;
use crate::sentences::shell;
use crate::words::untrusted::shown;
use crate::words::words;

/// Characters that are shown of what is no recipient: `AGE-SECRET-KEY-1` is none of a key's own.
const SHOWN: usize = 16;

/// Makes a safe, and says what is in it.
pub(super) fn run(common: &Common, options: &SafeOptions) -> CommandResult {
    let path = options.output.as_deref().filter(|path| !is_stdin(path));
    if path.is_none() && common.json {
        let w = words();
        let problem = ErrorKind::Usage.problem(w.safe_json_shared, "", w.safe_json_shared_next);
        return Err(not_started(problem));
    }
    if let Some(path) = path {
        usecase::require_new(path).map_err(not_started)?;
    }
    // Before anything is read: who has to go and fetch the passphrase shall not wait.
    let lock = lock(&options.lock).map_err(not_started)?;
    let reporter = TerminalReporter::default();
    let session = opened(common, &reporter).map_err(not_started)?;
    let assessment = session.assess();
    let made = usecase::make(&session, &assessment, path, &lock).map_err(not_started)?;
    noted(usecase::note(&session, &common.options(), &made, path));
    let caution = path.and_then(caution);
    if common.json {
        let cautions: Vec<_> = caution.into_iter().collect();
        let json = DoneJson {
            schema: 1,
            made: json(path, &made),
        };
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
        return Ok(Exit::Fine);
    }
    match path {
        Some(path) => {
            let mut out = Out::stdout();
            tell(&mut out, &shell(path), &made, &assessment);
            out.line(&to_use(&made));
        }
        None => {
            Out::stdout().as_it_is(&made.sealed);
            let mut err = Out::stderr();
            tell(&mut err, words().safe_stdout, &made, &assessment);
            err.line(&to_use(&made));
        }
    }
    Ok(Exit::Fine)
}

/// Says of the folder of a safe that it will not last.
pub(super) fn caution(path: &Path) -> Option<VolatileFolder> {
    let caution = volatile::caution_about(path.parent()?)?;
    Out::stderr().line(&caution.sentence());
    Out::stderr().line(words().safe_lasts_next);
    Some(caution)
}

/// The watch shall know of it. The safe is there, whatever the journal says.
pub(super) fn noted(noted: Result<(), Problem>) {
    if let Err(problem) = noted {
        let mut err = Out::stderr();
        err.line(words().safe_not_noted);
        err.line(&problem.to_string());
    }
}

/// Who will be able to open it.
pub(super) fn lock(options: &SafeLockOptions) -> Result<SafeLock, Problem> {
    let mut all = Vec::new();
    for text in &options.recipient {
        let none = |why| no_recipient(&not_usable(text, &why));
        all.push(Recipient::parse(text).map_err(none)?);
    }
    for path in &options.recipients_file {
        all.extend(recipients(path).map_err(|e| recipients_unusable(path, &e))?);
    }
    if !all.is_empty() {
        return Ok(SafeLock::Recipients(all));
    }
    let (file, work) = (options.passphrase_file.as_deref(), options.work_factor);
    passphrase::new(words().passphrase_new_safe, file, work).map(SafeLock::Passphrase)
}

/// As much of a text as tells which it is: somebody may have given a secret key.
fn beginning(text: &str) -> String {
    let first: String = text.chars().take(SHOWN).collect();
    let more = if first.len() < text.len() { "…" } else { "" };
    format!("{}{more}", shown(&first))
}

/// Why this text is no recipient.
fn not_usable(text: &str, why: &NoRecipient) -> String {
    let text = beginning(text);
    match why {
        NoRecipient::Unknown => text!(safe_recipient, text),
        NoRecipient::SshKind(kind) => {
            let kind = shown(kind);
            text!(safe_recipient_ssh_kind, text, kind)
        }
        NoRecipient::RsaLength => text!(safe_recipient_rsa_length, text),
    }
}

fn no_recipient(why: &str) -> Problem {
    let w = words();
    ErrorKind::BadInput.problem(w.safe_no_recipient, why, w.safe_no_recipient_next)
}

pub(super) fn recipients_unusable(path: &Path, error: &RecipientsError) -> Problem {
    let w = words();
    let named = shown(&path).to_string();
    match error {
        RecipientsError::Unreadable(error) => {
            let next = w.safe_recipients_unreadable_next;
            ErrorKind::BadInput.problem(w.safe_recipients_unreadable, error.to_string(), next)
        }
        RecipientsError::Line(line, text, why) => {
            let text = not_usable(text, why);
            no_recipient(&text!(safe_recipient_line, path = named, line, text))
        }
        RecipientsError::Nobody => no_recipient(&text!(safe_recipients_nobody, path = named)),
    }
}

/// The form of `safe --json`.
#[derive(Serialize)]
struct DoneJson<'a> {
    schema: u32,
    #[serde(flatten)]
    made: SafeMadeJson<'a>,
}

/// A safe and the keys in it, as programs read them.
#[derive(Serialize)]
pub(super) struct SafeMadeJson<'a> {
    safe: SafeJson<'a>,
    keys: Vec<KeptKeyJson>,
}

#[derive(Serialize)]
struct SafeJson<'a> {
    path: Option<Cow<'a, str>>,
    encrypted_to: &'static str,
    recipients: usize,
    verified: bool,
}

/// The form of a safe that was made.
pub(super) fn json<'a>(path: Option<&'a Path>, made: &SafeMade) -> SafeMadeJson<'a> {
    let (encrypted_to, recipients, verified) = match made.proof {
        Proof::Opened => ("passphrase", 0, true),
        Proof::Whole { recipients } => ("recipients", recipients, false),
    };
    SafeMadeJson {
        safe: SafeJson {
            path: path.map(Path::to_string_lossy),
            encrypted_to,
            recipients,
            verified,
        },
        keys: made.keys.iter().map(KeptKey::json).collect(),
    }
}

/// How the keys in a safe are brought back.
fn to_use(made: &SafeMade) -> String {
    let to_recipients = made.proof.is_to_recipients();
    text!(safe_use, decrypt = decrypt("FILE", to_recipients))
}

/// Says what is in a safe, and how it is kept.
pub(super) fn tell(out: &mut Out, path: &str, made: &SafeMade, assessment: &Assessment) {
    let keys = made.keys.len();
    out.line(&match made.proof {
        Proof::Opened => text!(safe_done, path, keys),
        Proof::Whole { recipients } => text!(safe_done_recipients, path, keys, recipients),
    });
    for key in &made.keys {
        out.line(&format!("  {}", safe::standing(key, assessment)));
    }
    out.line(words().safe_keep);
}
