//! English, and the table itself: the fields every language must have.

macro_rules! table {
    ($( $(#[$doc:meta])* $name:ident = $text:expr; )*) => {
        /// Every text of the program. One constant of this type is one language.
        #[allow(missing_docs, reason = "the English text beside each field says what it is")]
        #[derive(Debug)]
        pub struct Words { $( pub $name: &'static str, )* }
        /// English.
        pub const EN: Words = Words { $( $name: $text, )* };
        /// Name and English text of every entry, for tests of the table itself.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[ $( (stringify!($name), $text), )* ];
    };
}

table! {
    product = "FreeScout Rescue";
}
