//! Where a container's environment is defined: what a definition can say, and which line of a file of variables sets a key.
//! Compose files and units for Podman are read in rooms of their own.
//!
//! Format: the Compose specification (files of variables, interpolation).

pub mod granted;

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use self::granted::{GivenFile, ProjectFile};
pub use super::yaml::Broken;
use crate::domain::config::elsewhere::is_wanted;
use crate::domain::inventory::secret::SecretBytes;

/// A variable of a project, which its definition may take values from.
pub struct Variable {
    /// Its value.
    pub value: SecretBytes,
    /// Where it stands.
    pub at: VariableAt,
}

/// Where a variable of a project stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableAt {
    /// The file.
    pub path: PathBuf,
    /// Its line, counted from 1.
    pub line: u64,
}

/// Looks the variables of a project up.
pub type ProjectVariables<'a> = &'a dyn Fn(&str) -> Option<Variable>;

/// What sets a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Which one.
    pub name: String,
    /// Its value; `None` where that comes from somewhere that was not read, such as the shell of whoever starts the container.
    pub value: Option<SecretBytes>,
    /// Where the value is to be changed.
    pub stands: Stands,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// In this line of the definition itself, counted from 1.
    Here(u64),
    /// In a file of variables of the project.
    InVariables(VariableAt),
}

/// Another definition that one builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedService {
    /// Its file, as it stands there.
    pub file: PathBuf,
    /// The service in it.
    pub service: String,
}

/// Where the contents of a secret or config come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectFileSource {
    /// From a file of the host, whose path stands there.
    File(PathBuf),
    /// From a variable, or from the definition itself.
    Text(Set),
}

/// Another project that a definition takes in, as if it stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedProject {
    /// Its files, as they stand there. What a later one says counts before what an earlier one does.
    pub files: Vec<PathBuf>,
    /// Where its paths begin, where that is not the folder of its first file.
    pub folder: Option<PathBuf>,
    /// Its files of variables, where they are not the `.env` of its folder.
    pub variables: Vec<PathBuf>,
}

/// A file of variables that a definition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariablesFile {
    /// Its path, as it stands there.
    pub path: PathBuf,
    /// Whether it has to be there.
    pub required: bool,
    /// How it is read.
    pub form: VariablesForm,
}

/// How a file of variables is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariablesForm {
    /// As Compose does: quotes go, variables are filled in, a comment may follow.
    Quoted,
    /// As it stands: Docker's and Podman's own `--env-file`, Compose's `format: raw`.
    Literal,
}

/// Why something of a definition is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnread {
    /// It cannot be read.
    Broken(Broken),
    /// It leads on and on.
    TooMuch,
    /// This line, counted from 1, names a file by a variable that is not known.
    Untold(u64),
    /// This line, counted from 1, may set it in a way that is not understood.
    NotUnderstood(u64),
    /// It names its container by what is not known here, so that it may be this one.
    NameUntold,
    /// There is no such file here.
    Missing,
    /// What stands there is no file: a folder, a pipe, a device.
    NotAFile,
    /// It is not UTF-8.
    NotText,
    /// It says nothing of the service that the container was made as.
    NotNamed,
    /// The container was never started: what it will have is not written down yet.
    NeverStarted,
    /// It is the runtime's own database, which tells what the container was created from.
    Database(DatabaseTrouble),
}

/// Why a runtime's database is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseTrouble {
    /// It is larger than what is read.
    TooLarge,
    /// It is cut off, or is none.
    Damaged,
    /// It is not laid out as the runtime does it, or takes too long to answer.
    Strange,
}

/// A file that was to say what a container gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFile {
    /// Which one.
    pub path: PathBuf,
    /// Why it does not.
    pub why: WhyUnread,
}

/// What a definition says of one container.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Whether it speaks of this container at all.
    pub named: bool,
    /// The variables that it sets. Of a name, the last one counts.
    pub sets: Vec<Set>,
    /// Whether what was said before it is void.
    pub resets: bool,
    /// Whether the files of variables that were named before it are void.
    pub resets_files: bool,
    /// Variables that are not set any more, whatever was said before it.
    pub voids: Vec<String>,
    /// Files of variables that it names.
    pub files: Vec<VariablesFile>,
    /// Secrets and configs that it defines, whether this container is given them or not.
    pub files_of_project: Vec<ProjectFile<ProjectFileSource>>,
    /// Those that this container is given, and where.
    pub given: Vec<GivenFile>,
    /// What it builds on, in other files.
    pub bases: Vec<ExtendedService>,
    /// Other projects that may define the container in its stead.
    pub includes: Vec<IncludedProject>,
    /// What could not be read of it.
    pub unread: Vec<WhyUnread>,
}

/// A file of variables: `NAME=value` on lines. A name alone is that variable of whoever starts the container.
pub fn variables(text: &str, form: VariablesForm, project: ProjectVariables<'_>) -> Vec<Set> {
    let literal =
        |name: &str, value: &str, line| wanted(name, &value.replace('$', "$$"), line, project);
    let set = |assigned: Assigned<'_>| {
        let Assigned { line, name, value } = assigned;
        match (value, form) {
            (Some(value), VariablesForm::Literal) => literal(name, value, line),
            (Some(value), VariablesForm::Quoted) if value.starts_with('\'') => {
                literal(name, unquoted(value), line)
            }
            (Some(value), VariablesForm::Quoted) => wanted(name, unquoted(value), line, project),
            (None, _) => wanted(name, &format!("${{{name}}}"), line, project),
        }
    };
    assigned(text, form).into_iter().filter_map(set).collect()
}

/// Any variable of a project's file of variables, which is at this path. Its value may be taken from variables above it.
pub fn variable(text: &str, name: &str, path: &Path) -> Option<Variable> {
    let all = assigned(text, VariablesForm::Quoted);
    in_file(&all, name, path, MOST_ABOVE)
}

fn in_file(all: &[Assigned<'_>], name: &str, path: &Path, depth: u32) -> Option<Variable> {
    let sets = |one: &Assigned<'_>| one.name == name && one.value.is_some();
    let at = all.iter().rposition(sets)?;
    let Assigned { line, value, .. } = all[at];
    let value = value?;
    let depth = depth.checked_sub(1)?;
    let text = match value.starts_with('\'') {
        true => unquoted(value).as_bytes().into(),
        false => {
            filled_in(unquoted(value), &|other| {
                in_file(&all[..at], other, path, depth)
            })
            .value?
        }
    };
    let path = path.to_owned();
    Some(Variable {
        value: text,
        at: VariableAt { path, line },
    })
}

/// A line of a file of variables.
#[derive(Clone, Copy)]
struct Assigned<'a> {
    /// Counted from 1.
    line: u64,
    name: &'a str,
    value: Option<&'a str>,
}

/// The lines that name a variable. What stands in quotes over several lines is none. A mark of the byte order is no part of the
/// first name to any of those who read these files; `NAME: value` sets one for Compose.
fn assigned(text: &str, form: VariablesForm) -> Vec<Assigned<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separators: &[char] = match form {
        VariablesForm::Quoted => &['=', ':'],
        VariablesForm::Literal => &['='],
    };
    let mut all = Vec::new();
    let mut open: Option<char> = None;
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(quote) = open {
            open = (!text.contains(quote)).then_some(quote);
            continue;
        }
        let text = text.trim();
        let text = text.strip_prefix("export ").unwrap_or(text).trim_start();
        let (name, value) = match text.split_once(separators) {
            Some((name, value)) => (name.trim_end(), Some(value.trim())),
            None => (text, None),
        };
        if name.is_empty() || !name.bytes().all(is_of_name) {
            continue;
        }
        let quote = value.and_then(|value| value.chars().next());
        let quote = quote.filter(|c| form == VariablesForm::Quoted && ['"', '\''].contains(c));
        open = quote.filter(|quote| !value.is_some_and(|value| value[1..].contains(*quote)));
        all.push(Assigned { line, name, value });
    }
    all
}

/// What a definition sets, if it is one of the variables that are looked for.
pub(super) fn wanted(
    name: &str,
    value: &str,
    line: u64,
    project: ProjectVariables<'_>,
) -> Option<Set> {
    is_wanted(name).then(|| set(name, value, line, project))
}

/// What this text sets, its variables filled in.
pub(super) fn set(name: &str, value: &str, line: u64, project: ProjectVariables<'_>) -> Set {
    let Filled { value, whole } = filled_in(value, project);
    Set {
        name: name.to_owned(),
        value,
        stands: whole.map_or(Stands::Here(line), Stands::InVariables),
    }
}

/// A text whose variables are filled in.
pub(super) struct Filled {
    /// The text; `None` where one of them is not known.
    pub value: Option<SecretBytes>,
    /// Where the variable stands that all of it is taken from.
    pub whole: Option<VariableAt>,
}

/// How far one variable of a file is followed to others above it.
const MOST_ABOVE: u32 = 2;
/// No value is longer, in bytes.
const LONGEST: usize = 64 << 10;
/// How deep defaults may have variables in their turn.
const MOST_DEFAULTS: u32 = 8;

/// Fills variables in as Compose does: `$NAME`, `${NAME}`, with what stands in for one that is not set (`-`, `:-`), or
/// instead of one that is (`+`, `:+`); `$$` is a dollar.
pub(super) fn filled_in(text: &str, project: ProjectVariables<'_>) -> Filled {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut whole = None;
    let known = fill_in(text, project, &mut out, &mut whole, MOST_DEFAULTS).is_some();
    Filled {
        value: known.then(|| out.as_bytes().into()),
        whole,
    }
}

fn fill_in(
    text: &str,
    project: ProjectVariables<'_>,
    out: &mut Zeroizing<String>,
    whole: &mut Option<VariableAt>,
    depth: u32,
) -> Option<()> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if out.len() > LONGEST {
            return None;
        }
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (inner, after) = match after.strip_prefix('{') {
            Some(after) => closed(after)?,
            None => after.split_at(after.bytes().take_while(|b| is_of_name(*b)).count()),
        };
        let (name, otherwise) =
            inner.split_at(inner.bytes().take_while(|b| is_of_name(*b)).count());
        if name.is_empty() {
            // A dollar that begins nothing.
            out.push('$');
            rest = after;
            continue;
        }
        let is_all = before.is_empty() && after.is_empty() && rest.len() == text.len();
        let (or_empty, otherwise) = match otherwise.strip_prefix(':') {
            Some(otherwise) => (true, otherwise),
            None => (false, otherwise),
        };
        let value = project(name).filter(|known| !or_empty || !known.value.is_empty());
        let mut nested = |text: &str| {
            let depth = depth.checked_sub(1)?;
            fill_in(text, project, out, whole, depth)
        };
        match (otherwise.split_at_checked(1), value) {
            (Some(("+", instead)), Some(_)) => nested(instead)?,
            (Some(("+", _)), None) => {}
            (_, Some(known)) => {
                out.push_str(std::str::from_utf8(known.value.expose()).ok()?);
                *whole = is_all.then_some(known.at);
            }
            (Some(("-", instead)), None) => nested(instead)?,
            (_, None) => return None,
        }
        if !is_all {
            *whole = None;
        }
        rest = after;
    }
    out.push_str(rest);
    Some(())
}

/// What stands before the brace that closes this, and after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn unquoted(value: &str) -> &str {
    let quoted = |quote: char| value.strip_prefix(quote)?.split(quote).next();
    quoted('"').or_else(|| quoted('\'')).unwrap_or_else(|| {
        // A comment begins after a blank.
        value.split(" #").next().unwrap_or(value).trim_end()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn is(name: &str, value: &str, line: u64) -> Set {
        Set {
            name: name.to_owned(),
            value: Some(value.as_bytes().into()),
            stands: Stands::Here(line),
        }
    }

    #[test]
    fn files_of_variables_tell_theirs() {
        let none = &|_: &str| None;
        assert_eq!(
            variables(
                "# APP_KEY=no\nexport APP_KEY='base64:C='\nDB=1\nDB_HOST\nX=\"old:\nAPP_KEY=of-x\n\"\n",
                VariablesForm::Quoted,
                none
            ),
            [
                is("APP_KEY", "base64:C=", 2),
                Set {
                    value: None,
                    ..is("DB_HOST", "", 4)
                }
            ]
        );
        let found = variable("A=1\nFS_KEY=base64:D=\n", "FS_KEY", Path::new("/v")).unwrap();
        assert_eq!(
            (found.value.expose(), found.at.line),
            (&b"base64:D="[..], 2)
        );
        let text = "A=base64:X=\nFS_KEY=${A}\nFS_KEY\nB='${A}'\nC=$C\n";
        let value = |name| variable(text, name, Path::new("/v")).map(|found| found.value);
        assert_eq!(value("FS_KEY").unwrap().expose(), b"base64:X=");
        assert_eq!(value("B").unwrap().expose(), b"${A}");
        assert!(value("C").is_none());
        let literal = variables("APP_KEY=\"$x\" # y\n", VariablesForm::Literal, none);
        assert_eq!(literal, [is("APP_KEY", "\"$x\" # y", 1)]);
        for (text, form, told) in [
            ("\u{feff}APP_KEY=x\n", VariablesForm::Quoted, Some("x")),
            ("\u{feff}APP_KEY=x\n", VariablesForm::Literal, Some("x")),
            (
                "APP_KEY: base64:x=\n",
                VariablesForm::Quoted,
                Some("base64:x="),
            ),
            ("APP_KEY:'x'\n", VariablesForm::Quoted, Some("x")),
            ("APP_KEY: x\n", VariablesForm::Literal, None),
        ] {
            let told: Vec<Set> = told
                .map(|told| is("APP_KEY", told, 1))
                .into_iter()
                .collect();
            assert_eq!(variables(text, form, none), told, "{text}");
        }
    }

    #[test]
    fn variables_are_filled_in_as_compose_does_it() {
        let known = |name: &str| {
            let value = match name {
                "A" => "of A",
                "EMPTY" => "",
                _ => return None,
            };
            let path = PathBuf::from("/v");
            Some(Variable {
                value: value.as_bytes().into(),
                at: VariableAt { path, line: 7 },
            })
        };
        for (text, value, whole) in [
            ("plain", Some("plain"), None),
            ("$A", Some("of A"), Some(7)),
            ("${A}", Some("of A"), Some(7)),
            ("${A:-x}", Some("of A"), Some(7)),
            ("${EMPTY:-x}", Some("x"), None),
            ("${EMPTY-x}", Some(""), Some(7)),
            ("${A:+x}", Some("x"), None),
            ("${NONE:+x}", Some(""), None),
            ("${NONE:-${A}}", Some("of A"), Some(7)),
            ("<${NONE:-${A}}>", Some("<of A>"), None),
            ("<${A}>", Some("<of A>"), None),
            ("$$A $ ${}", Some("$A $ $"), None),
            ("${NONE}", None, None),
            ("${NONE:?must be set}", None, None),
            ("${A", None, None),
        ] {
            let filled = filled_in(text, &known);
            let told = filled
                .value
                .map(|v| String::from_utf8(v.expose().to_vec()).unwrap());
            let line = filled.whole.map(|at| at.line);
            assert_eq!((told.as_deref(), line), (value, whole), "{text}");
        }
        assert!(
            filled_in(&format!("{}{}", "${N:-".repeat(99), "}".repeat(99)), &known)
                .value
                .is_none()
        );
    }
}
