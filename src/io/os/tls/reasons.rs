//! What OpenSSL says of an error, for people: libraries over it tell an error with its number and its place in the source.

/// How an error of OpenSSL's begins (ERR_error_string(3)); its number follows.
const BEGINS: &str = "error:";
/// Digits of its number.
const DIGITS: usize = 8;

/// A text in which errors of OpenSSL are only their reasons, each once; all else stays. They are told as
/// `error:<number>:<library>:<function>:<reason>:<file>:<line>:<more>`.
pub fn without_places(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    let mut last = "";
    while let Some((before, error)) = next(rest) {
        rest = error.rest;
        // Errors of one kind that follow each other are one reason.
        if before == ", " && error.reason == last {
            continue;
        }
        last = error.reason;
        said.push_str(before);
        said.push_str(error.reason);
    }
    said.push_str(rest);
    said
}

/// One error, and the text behind it.
struct Told<'a> {
    reason: &'a str,
    rest: &'a str,
}

/// The text before the next error, and that error.
fn next(text: &str) -> Option<(&str, Told<'_>)> {
    let places = text.match_indices(BEGINS).map(|(at, _)| at);
    let mut found = places.filter_map(|at| Some((&text[..at], error(&text[at + BEGINS.len()..])?)));
    found.next()
}

fn error(text: &str) -> Option<Told<'_>> {
    let mut parts = text.splitn(7, ':');
    let number = parts.next()?;
    if number.len() != DIGITS || !number.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let (_library, _function, reason) = (parts.next()?, parts.next()?, parts.next()?);
    let (_file, line, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // What more is told is a number again, of an alert; behind it stands what others add.
    let end = [", ", " ("].iter().filter_map(|sign| rest.find(sign)).min();
    let rest = &rest[end.unwrap_or(rest.len())..];
    let is_line = !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
    is_line.then_some(Told { reason, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reasons_are_told() {
        for (text, told) in [
            (
                "error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:ssl/record/methods/tlsany_meth.c:80:",
                "wrong version number",
            ),
            (
                "io: error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:ssl/statem/statem_clnt.c:2091: (self-signed certificate)",
                "io: certificate verify failed (self-signed certificate)",
            ),
            (
                "error:0A000126:SSL routines::unexpected eof while reading:ssl/record/rec_layer_s3.c:696:, error:0A000126:SSL routines::unexpected eof while reading:ssl/record/rec_layer_s3.c:696:, error:0A000412:SSL routines:f:sslv3 alert bad certificate:a.c:1:SSL alert number 42",
                "unexpected eof while reading, sslv3 alert bad certificate",
            ),
            (
                "the server said error:12: no",
                "the server said error:12: no",
            ),
            (
                "error:0A00010B:SSL routines:cut off",
                "error:0A00010B:SSL routines:cut off",
            ),
            ("error:0A00010B:a:b:c:d:e:f", "error:0A00010B:a:b:c:d:e:f"),
            ("error:", "error:"),
            ("", ""),
        ] {
            assert_eq!(without_places(text), told, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(error:|[0-9A-F]{8}|[:, a-zä1]){0,40}") {
            let _ = without_places(&text);
        }
    }
}
