//! `ar` files, as Debian's packages are: members one behind the other, each behind a header of a line (deb(5)).

use std::io::Read;

use super::super::SkipReason;
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken, fill};
use crate::words::untrusted::shown;
use crate::words::words;

pub(super) const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
/// The end of each header.
const END: &[u8] = b"`\n";

pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut magic = [0; MAGIC.len()];
    stream.read_exact(&mut magic).map_err(|e| broken(&e))?;
    let mut header = [0; HEADER];
    loop {
        if (search.cancel)() {
            return Ok(());
        }
        let (filled, failed) = fill(stream, &mut header, u64::MAX);
        failed.map_err(|e| broken(&e))?;
        // Nothing, or what a member of odd length is filled up with.
        if filled <= 1 {
            return Ok(());
        }
        let number = |field: &[u8]| {
            let text = std::str::from_utf8(field).ok()?;
            text.trim().parse::<u64>().ok()
        };
        let (Some(size), true) = (number(&header[48..58]), header.ends_with(END)) else {
            return Err(SkipReason::Broken(words().ar_no_header.to_owned()));
        };
        let name = header[..16].trim_ascii().strip_suffix(b"/");
        let name = shown(name.unwrap_or(header[..16].trim_ascii())).to_string();
        let modified = number(&header[16..28]).and_then(|seconds| i64::try_from(seconds).ok());
        let mut content = (&mut *stream).take(size);
        member(search, &mut content, name, modified, reading, depth)?;
        if (search.cancel)() {
            return Ok(());
        }
        std::io::copy(&mut content, &mut std::io::sink()).map_err(|e| broken(&e))?;
        if content.limit() > 0 {
            return Err(SkipReason::Broken(words().zip_cut.to_owned()));
        }
        let mut padding = stream.take(size % 2);
        std::io::copy(&mut padding, &mut std::io::sink()).map_err(|e| broken(&e))?;
    }
}
