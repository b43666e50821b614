//! What the program did to the disk, as strace(1) saw it: every call that writes, makes, renames, removes or syncs, in its
//! order, with its bytes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// One thing that was done. Paths are real ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// A file was made, empty.
    Made(PathBuf),
    /// A folder was made.
    Folder(PathBuf),
    /// Bytes were written at this place.
    Wrote(PathBuf, u64, Vec<u8>),
    /// A file was cut or stretched to this length.
    Cut(PathBuf, u64),
    /// Permission bits.
    Mode(PathBuf, u32),
    /// Owner and group.
    Owner(PathBuf, u32, u32),
    /// One name was put in place of another.
    Renamed(PathBuf, PathBuf),
    /// A file or an empty folder was removed.
    Removed(PathBuf),
    /// A file or a folder was synced.
    Synced(PathBuf),
    /// The program passed a crash point of this name.
    Point(String),
}

impl Done {
    /// In few words, for a message.
    pub fn short(&self) -> String {
        match self {
            Done::Wrote(path, at, bytes) => {
                format!("wrote {} bytes at {at} of {}", bytes.len(), path.display())
            }
            other => format!("{other:?}"),
        }
    }
}

/// Calls that may change something below the folders that are watched; those that are not understood are refused.
const CALLS: &str = "open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,\
    fsync,fdatasync,sync,syncfs,sync_file_range,msync,mmap,copy_file_range,sendfile,splice,rename,renameat,renameat2,unlink,\
    unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat";

/// Runs a program to its end and gives what it did below these folders. `points` is where it lists its crash points.
pub fn record(program: &Command, watched: &[PathBuf], points: &Path) -> (Output, Vec<Done>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    // Not `-z`: of a call that another thread came in between, strace then writes the second half without its thread.
    strace
        .args(["-f", "-y", "-xx", "-s", "16777216", "-e"])
        .arg(format!("trace={CALLS}"))
        .args(["-e", "signal=none", "-o"])
        .arg(log.path())
        .arg(program.get_program())
        .args(program.get_args());
    for (name, value) in program.get_envs() {
        strace.env(name, value.unwrap_or_default());
    }
    strace.env("FREESCOUT_RESCUE_CRASH_LIST", points);
    let output = strace.output().expect("strace is installed");
    let text = std::fs::read_to_string(log.path()).unwrap();
    let done = read(&text, watched, points);
    assert!(
        done.iter().any(|done| matches!(done, Done::Point(_))),
        "strace saw nothing: may it trace here? {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (output, done)
}

/// One call: its name, its arguments, what it gave back.
struct Call<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    result: &'a str,
}

impl Call<'_> {
    /// Whether it changed nothing: it was refused, or cut off by the end of the program.
    fn failed(&self) -> bool {
        self.result.starts_with(['-', '?'])
    }
}

fn read(text: &str, watched: &[PathBuf], points: &Path) -> Vec<Done> {
    let mut reader = Reader {
        watched,
        points,
        at: BTreeMap::new(),
        done: Vec::new(),
    };
    // A call of one thread that another came in between stands on two lines; it is done where the second one stands.
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines() {
        let (pid, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(pid, first);
        } else if let Some((_, second)) = rest
            .strip_prefix("<... ")
            .and_then(|rest| rest.split_once(" resumed>"))
        {
            let first = begun.remove(pid).unwrap();
            reader.take(&format!("{first}{second}"));
        } else {
            reader.take(rest);
        }
    }
    reader.done
}

struct Reader<'a> {
    watched: &'a [PathBuf],
    points: &'a Path,
    /// Where the next write to an open file goes.
    at: BTreeMap<(String, PathBuf), u64>,
    done: Vec<Done>,
}

impl Reader<'_> {
    fn take(&mut self, line: &str) {
        // The end of a process.
        if line.starts_with("+++") {
            return;
        }
        let call = parse(line);
        if call.failed() {
            return;
        }
        let first = *call.arguments.first().unwrap_or(&"");
        match call.name {
            "open" | "openat" | "openat2" | "creat" => self.opened(&call),
            "write" | "writev" | "pwrite64" => self.wrote(&call),
            "lseek" => {
                if let Some(open) = self.open_file(first) {
                    self.at.insert(open, call.result.parse().unwrap());
                }
            }
            "ftruncate" => {
                if let Some((_, path)) = self.open_file(first) {
                    let length = call.arguments[1].parse().unwrap();
                    self.done.push(Done::Cut(path, length));
                }
            }
            "fsync" | "fdatasync" => {
                if let Some((_, path)) = self.open_file(first) {
                    self.done.push(Done::Synced(path));
                }
            }
            "fchmod" => {
                if let Some((_, path)) = self.open_file(first) {
                    let mode = u32::from_str_radix(call.arguments[1], 8).unwrap();
                    self.done.push(Done::Mode(path, mode));
                }
            }
            "fchown" => {
                if let Some((_, path)) = self.open_file(first) {
                    let [uid, gid] = [1, 2].map(|n: usize| call.arguments[n].parse().unwrap());
                    self.done.push(Done::Owner(path, uid, gid));
                }
            }
            "mkdir" => self.named(path_at("", first), Done::Folder),
            "mkdirat" => self.named(path_at(first, call.arguments[1]), Done::Folder),
            "unlink" | "rmdir" => self.named(path_at("", first), Done::Removed),
            "unlinkat" => self.named(path_at(first, call.arguments[1]), Done::Removed),
            "rename" => self.renamed(path_at("", first), path_at("", call.arguments[1])),
            "renameat" | "renameat2" => self.renamed(
                path_at(first, call.arguments[1]),
                path_at(call.arguments[2], call.arguments[3]),
            ),
            // Private mappings and those that are only read change nothing.
            "mmap" if !line.contains("MAP_SHARED") || !line.contains("PROT_WRITE") => {}
            _ => assert!(
                !self.names_watched(line),
                "not understood, and below a watched folder: {line}"
            ),
        }
    }

    fn is_watched(&self, path: &Path) -> bool {
        self.watched.iter().any(|folder| path.starts_with(folder))
    }

    fn names_watched(&self, line: &str) -> bool {
        let pieces = line.split(['"', '<', '>']);
        let mut paths = pieces
            .filter(|piece| piece.starts_with("\\x2f"))
            .map(path_of);
        paths.any(|path| self.is_watched(&path))
    }

    /// The open file of an argument like `4</path>`, where it is a watched one.
    fn open_file(&self, argument: &str) -> Option<(String, PathBuf)> {
        let (number, path) = argument.split_once('<')?;
        let path = path_of(path.strip_suffix('>')?);
        self.is_watched(&path).then(|| (number.to_owned(), path))
    }

    fn opened(&mut self, call: &Call<'_>) {
        let Some(open) = self.open_file(call.result) else {
            return;
        };
        let flags = call.arguments.iter().find(|a| a.contains("O_")).unwrap();
        self.at.insert(open.clone(), 0);
        if flags.contains("O_CREAT") {
            self.done.push(Done::Made(open.1.clone()));
        }
        if flags.contains("O_TRUNC") {
            self.done.push(Done::Cut(open.1, 0));
        } else {
            assert!(!flags.contains("O_APPEND"), "{flags} is not understood");
        }
    }

    fn wrote(&mut self, call: &Call<'_>) {
        let target = call.arguments[0];
        if let Some((_, path)) = target.split_once('<')
            && path_of(path.trim_end_matches('>')) == self.points
        {
            let name = bytes_of(call.arguments[1]);
            let name = String::from_utf8(name).unwrap().trim().to_owned();
            // The end of its line is written alone.
            if !name.is_empty() {
                self.done.push(Done::Point(name));
            }
            return;
        }
        let Some(open) = self.open_file(target) else {
            return;
        };
        assert_ne!(call.name, "writev", "a vectored write is not understood");
        let mut bytes = bytes_of(call.arguments[1]);
        bytes.truncate(call.result.parse().unwrap());
        let at = match call.name {
            "pwrite64" => call.arguments[3].parse().unwrap(),
            _ => {
                let at = self.at.get_mut(&open).unwrap();
                let here = *at;
                *at += bytes.len() as u64;
                here
            }
        };
        self.done.push(Done::Wrote(open.1, at, bytes));
    }

    fn named(&mut self, path: PathBuf, done: fn(PathBuf) -> Done) {
        if self.is_watched(&path) {
            self.done.push(done(path));
        }
    }

    fn renamed(&mut self, from: PathBuf, to: PathBuf) {
        assert_eq!(self.is_watched(&from), self.is_watched(&to));
        if self.is_watched(&from) {
            self.done.push(Done::Renamed(from, to));
        }
    }
}

/// `name(arguments) = result`. Texts are hex, so that nothing in them looks like the form of the line.
fn parse(line: &str) -> Call<'_> {
    let (name, rest) = line.split_once('(').unwrap_or_else(|| panic!("{line}"));
    let (arguments, result) = rest.rsplit_once(" = ").unwrap_or_else(|| panic!("{line}"));
    let arguments = arguments.trim_end().strip_suffix(')').unwrap();
    Call {
        name,
        arguments: arguments.split(", ").collect(),
        result: result.split(' ').next().unwrap_or_default(),
    }
}

fn bytes_of(text: &str) -> Vec<u8> {
    assert!(!text.ends_with("..."), "a text was cut short");
    let digits = text.trim_matches('"').split("\\x").skip(1);
    digits
        .map(|two| u8::from_str_radix(two, 16).unwrap())
        .collect()
}

fn path_of(text: &str) -> PathBuf {
    OsString::from_vec(bytes_of(text)).into()
}

/// A path given as a folder's handle (`4</path>`, or nothing) and a text.
fn path_at(folder: &str, text: &str) -> PathBuf {
    let folder = folder
        .split_once('<')
        .map(|(_, path)| path_of(path.trim_end_matches('>')));
    folder.unwrap_or_default().join(path_of(text))
}
