//! What a PostgreSQL server answers: a value of a row, or why not.

use crate::io::db::error::StoreError;
use crate::io::db::store;
use crate::io::os::tls::without_places;
use tokio_postgres::Row;

/// SQLSTATE codes (PostgreSQL's manual, appendix A): wrong user or password; unknown database; read-only; lock wait; deadlock
/// and serialization failure.
pub(super) fn error(error: &tokio_postgres::Error) -> StoreError {
    if error.is_closed() {
        return StoreError::Unreachable(error.to_string().into());
    }
    let text = error.as_db_error().map_or_else(
        || {
            let cause = std::error::Error::source(error);
            let cause = cause.map(|cause| without_places(&cause.to_string()));
            cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
        },
        |refused| refused.message().to_owned(),
    );
    let Some(code) = error.code() else {
        let of_tls = [
            "error performing TLS handshake",
            "server does not support TLS",
        ];
        if of_tls.iter().any(|words| text.contains(words)) {
            return StoreError::Tls(text.into());
        }
        return StoreError::Unreachable(text.into());
    };
    let kind = match code.code() {
        "28000" | "28P01" => StoreError::Denied,
        "3D000" => StoreError::UnknownDatabase,
        "25006" => StoreError::ReadOnly,
        "55P03" => StoreError::Locked,
        "40001" | "40P01" => StoreError::Deadlock,
        // The server takes no more connections; it starts or ends.
        "53300" | "57P03" => StoreError::NotServing,
        // A transaction idled, or took, longer than the server has it.
        "25P03" | "25P04" => StoreError::Unreachable,
        // Somebody ended our connection.
        code if code.starts_with("08") || code.starts_with("57P") => StoreError::Unreachable,
        _ => StoreError::Query,
    };
    kind(text.into())
}

/// A value of a row.
pub(super) fn taken<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    index: usize,
) -> Result<T, StoreError> {
    row.try_get(index).map_err(|_| store::odd())
}
