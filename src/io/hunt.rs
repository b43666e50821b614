//! stub
use crate::domain::secret::SecretBytes;
use crate::domain::source::Source;
use std::path::{Path,PathBuf};
pub struct Candidate { pub text: SecretBytes, pub source: Source }
pub struct Skipped { pub path: PathBuf, pub inside: Vec<String>, pub why: SkipReason }
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct SkipReason;
pub struct Looked { pub files: u64, pub bytes: u64, pub skipped: Vec<Skipped>, pub skipped_more: u64 }
#[derive(Default)] pub struct Limits;
pub enum Event<'a> { Candidate(Candidate), Progress{files:u64,bytes:u64,current:&'a Path} }
pub fn search(_: &[PathBuf], _: &Limits, _: &dyn Fn()->bool, _: &mut dyn FnMut(Event<'_>)) -> Looked { Looked{files:0,bytes:0,skipped:vec![],skipped_more:0} }
