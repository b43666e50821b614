//! Names that programs read, in the JSON forms and in the journal: each stands beside what it names.

/// Declares an enum, and the function that gives the name of a variant. Of variants without values there is a list, `ALL`,
/// in the order in which they are declared.
///
/// ```text
/// named! {
///     /// Which way the mail goes.
///     #[derive(Debug, Clone, Copy)]
///     pub enum Direction {
///         /// FreeScout fetches.
///         Incoming = "incoming",
///         /// FreeScout sends.
///         Outgoing = "outgoing",
///     }
///     /// The name in the JSON forms.
///     pub fn name(self);
/// }
/// ```
macro_rules! named {
    (
        $(#[$about:meta])*
        pub enum $kind:ident { $($(#[$means:meta])* $one:ident = $name:literal,)+ }
        $(#[$doc:meta])*
        pub fn $function:ident($($receiver:tt)+);
    ) => {
        $(#[$about])*
        pub enum $kind { $($(#[$means])* $one,)+ }

        impl $kind {
            /// All of them.
            pub const ALL: [$kind; [$($name),+].len()] = [$($kind::$one,)+];

            $(#[$doc])*
            pub fn $function($($receiver)+) -> &'static str {
                match $($receiver)+ { $($kind::$one => $name,)+ }
            }
        }
    };
    (
        $(#[$about:meta])*
        pub enum $kind:ident {
            $($(#[$means:meta])* $one:ident $(($($value:tt)*))? $({$($field:tt)*})? = $name:literal,)+
        }
        $(#[$doc:meta])*
        pub fn $function:ident($($receiver:tt)+);
    ) => {
        $(#[$about])*
        pub enum $kind { $($(#[$means])* $one $(($($value)*))? $({$($field)*})?,)+ }

        impl $kind {
            $(#[$doc])*
            pub fn $function($($receiver)+) -> &'static str {
                match $($receiver)+ { $($kind::$one { .. } => $name,)+ }
            }
        }
    };
}
