//! Parts put together, with the signs that the operator's language has between them.

/// A list: one, another.
pub fn list(parts: &[impl AsRef<str>]) -> String {
    together(parts, |list, one| text!(list_more, list, one))
}

/// Clauses of one sentence: this; that.
pub fn clauses(parts: &[impl AsRef<str>]) -> String {
    together(parts, |clauses, one| text!(clauses_more, clauses, one))
}

/// Sentences, one behind the other.
pub fn sentences(parts: &[impl AsRef<str>]) -> String {
    together(parts, |sentences, one| {
        text!(sentences_more, sentences, one)
    })
}

fn together(parts: &[impl AsRef<str>], more: impl Fn(String, &str) -> String) -> String {
    let mut parts = parts.iter().map(AsRef::as_ref);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_together() {
        assert_eq!(list(&["one", "two", "three"]), "one, two, three");
        assert_eq!(clauses(&["one".to_owned(), "two".to_owned()]), "one; two");
        assert_eq!(sentences(&["One.", "Two."]), "One. Two.");
        assert_eq!(list(&[""; 0]), "");
    }
}
