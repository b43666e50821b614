//! What keeps FreeScout from finding its settings in a `.env`, told of the file as a whole: the reader beside this room
//! says what each line sets, this one why nothing of use is set.

use super::{EnvError, EnvFile, Process, RefusedLine, is_blank, is_name, lines};

/// What is wrong with a `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It has no bytes, or spaces alone.
    Empty,
    /// It has NULs alone, as file systems leave a file that was being written when the power went.
    Zeros,
    /// It is UTF-16.
    Utf16,
    /// Its lines end in CR alone: to PHP it is one line.
    CarriageReturns,
    /// FreeScout's reader throws at a line.
    Refused {
        /// The line and the reason.
        refused: RefusedLine,
        /// The variable it sets, where that is a plain name.
        name: Option<String>,
        /// Whether a `#` stands in the value: a comment perhaps, which needs a space before it.
        comment: bool,
    },
    /// A NUL in the text: what stands around it was lost, or is not read.
    Nul {
        /// Line in the file, counted from 1.
        line: u64,
    },
    /// No line, and no variable of the process, says which database to use.
    NoDatabase,
}

/// What is wrong with this `.env`, the gravest first; `None` where FreeScout finds a database in it.
pub fn trouble(bytes: &[u8], process: Process<'_>) -> Option<Trouble> {
    if bytes.iter().all(|b| *b == 0) && !bytes.is_empty() {
        return Some(Trouble::Zeros);
    }
    if bytes.iter().all(|b| is_blank(*b)) {
        return Some(Trouble::Empty);
    }
    if is_utf16(bytes) {
        return Some(Trouble::Utf16);
    }
    let file = EnvFile::read(bytes, process);
    if one_line_of_many(bytes) && (file.refused().is_some() || !names_database(&file)) {
        return Some(Trouble::CarriageReturns);
    }
    if let Some(refused) = file.refused() {
        let line = lines(bytes).find(|line| line.number == refused.line);
        let setter = line.as_ref().and_then(|line| line.setter());
        let setter = setter.filter(|_| refused.kind == EnvError::SpaceInValue);
        return Some(Trouble::Refused {
            refused,
            name: setter
                .as_ref()
                .filter(|s| is_name(&s.name) && s.name.len() < 64)
                .map(|s| String::from_utf8_lossy(&s.name).into_owned()),
            comment: setter.is_some_and(|s| s.raw.contains(&b'#')),
        });
    }
    if let Some(line) = lines(bytes).find(|line| line.text.contains(&0)) {
        return Some(Trouble::Nul { line: line.number });
    }
    (!names_database(&file)).then_some(Trouble::NoDatabase)
}

/// Whether a text is UTF-16: by its byte order mark, or because every second byte is a zero.
pub fn is_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let start = &bytes[..bytes.len().min(64) & !1];
    let zeros = |at: usize| {
        start
            .iter()
            .skip(at)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let pairs = start.len() / 2;
    pairs >= 4 && (zeros(1) == pairs && zeros(0) == 0 || zeros(0) == pairs && zeros(1) == 0)
}

/// Whether CRs part what PHP takes for one line.
fn one_line_of_many(bytes: &[u8]) -> bool {
    let text = &bytes[..bytes
        .iter()
        .rposition(|b| !is_blank(*b))
        .map_or(0, |at| at + 1)];
    !text.contains(&b'\n') && text.contains(&b'\r')
}

/// Whether anything says which database to use: without it Laravel's defaults would be taken, `forge` on this machine.
pub fn names_database(env: &EnvFile<'_>) -> bool {
    ["DB_CONNECTION", "DB_HOST", "DB_SOCKET", "DB_DATABASE"]
        .iter()
        .any(|name| env.getenv(name.as_bytes()).is_some())
}
