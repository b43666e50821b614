//! artisan
