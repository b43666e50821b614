//! What the environment says of the operator's terminal and language.

/// Whether characters beyond ASCII are shown: the locale is one of UTF-8.
pub fn is_utf8() -> bool {
    // The first of these that is set decides, as in setlocale(3).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}
