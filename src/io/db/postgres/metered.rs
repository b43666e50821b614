//! What comes from a PostgreSQL server, looked at before the library takes it: bytes are counted, messages have a bound, and
//! rows have the columns that were announced. The library would take every message whole, however long the server says it is.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::io::db::error::StoreError;
use crate::io::db::store::odd;
use crate::io::db::watch::Watch;
use crate::words::words;

/// No message of a server we work with is longer, in bytes: a row whose values are as long as they may be.
const MESSAGE: u32 = 48 << 20;

/// What a stream carries, as far as the one who looks at it knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// First comes the answer to whether the server speaks TLS: `S` if it does. Then what comes is sealed.
    ForTls,
    /// Messages of the protocol, version 3: a letter, a length that counts itself, the rest.
    AtMessages,
    /// Nothing to be seen in it.
    Away,
}

/// A stream whose bytes are counted and whose messages are refused before the library sees them, where they are longer
/// than any that we asked for, or rows of another shape than was announced.
pub(super) struct MeteredStream<S> {
    inner: S,
    watch: Arc<Watch>,
    looks: Looks,
    messages: Messages,
}

/// Bytes of a message's letter and length, and of the count of columns behind them.
const LENGTH: usize = 5;
const COUNT: usize = 2;

/// Where in the messages the reading stands.
#[derive(Default)]
struct Messages {
    /// The letter, the length, and the two bytes behind them: how many columns a row, or a description of rows, has.
    head: [u8; LENGTH + COUNT],
    have: usize,
    /// Bytes of the message that are still to come.
    left: usize,
    /// How many columns were announced.
    columns: [u8; 2],
}

impl Messages {
    /// Takes what came.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.have] = bytes[0];
            self.have += 1;
            bytes = &bytes[1..];
            if self.have == LENGTH {
                self.require_length()?;
            }
            // A short message has less behind its length than the head has room for.
            if self.have >= LENGTH && self.have - LENGTH == self.rest().min(COUNT) {
                if self.rest() >= COUNT {
                    self.require_shape()?;
                }
                self.left = self.rest().saturating_sub(COUNT);
                self.have = 0;
            }
        }
        Ok(())
    }

    fn length(&self) -> u32 {
        let [_, a, b, c, d, ..] = self.head;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Bytes behind the length.
    fn rest(&self) -> usize {
        self.length().saturating_sub(4) as usize
    }

    fn require_length(&self) -> Result<(), StoreError> {
        match self.length() {
            0..4 => Err(odd()),
            4..=MESSAGE => Ok(()),
            _ => Err(StoreError::TooMuch(
                words().error_database_message.to_owned().into(),
            )),
        }
    }

    /// A row (`D`) has as many columns as its description (`T`) said.
    fn require_shape(&mut self) -> Result<(), StoreError> {
        let [letter, .., high, low] = self.head;
        match letter {
            b'T' => self.columns = [high, low],
            b'D' if self.columns != [high, low] => return Err(odd()),
            _ => {}
        }
        Ok(())
    }
}

impl<S> MeteredStream<S> {
    pub(super) fn new(inner: S, watch: &Arc<Watch>, looks: Looks) -> Self {
        Self {
            inner,
            watch: Arc::clone(watch),
            looks,
            messages: Messages::default(),
        }
    }

    fn look(&mut self, came: &[u8]) -> Result<(), StoreError> {
        let mut came = came;
        if self.looks == Looks::ForTls
            && let [answer, rest @ ..] = came
        {
            self.looks = if *answer == b'S' {
                Looks::Away
            } else {
                Looks::AtMessages
            };
            came = rest;
        }
        match self.looks {
            Looks::AtMessages => {
                self.watch.came(came.len() as u64)?;
                self.messages.take(came)
            }
            // What it carries is counted where it can be seen.
            Looks::ForTls | Looks::Away => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MeteredStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = polled {
            let looked = self.look(&buffer.filled()[before..]);
            return Poll::Ready(looked.map_err(io::Error::other));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MeteredStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for MeteredStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

/// TLS whose inside is looked at.
pub(super) struct MeteredTls<T> {
    pub(super) inner: T,
    pub(super) watch: Arc<Watch>,
}

impl<S, T> TlsConnect<S> for MeteredTls<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = MeteredStream<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.inner.connect(stream);
        let watch = self.watch;
        Box::pin(async move {
            let stream = connecting.await?;
            Ok(MeteredStream::new(stream, &watch, Looks::AtMessages))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[letter], &length.to_be_bytes()[..], body].concat()
    }

    /// However it is cut.
    fn taken(bytes: &[u8], piece: usize) -> Result<(), StoreError> {
        let mut messages = Messages::default();
        bytes
            .chunks(piece)
            .try_for_each(|piece| messages.take(piece))
    }

    #[test]
    fn rows_have_the_columns_that_were_announced() {
        let described = message(b'T', &[0, 2, 1, 2, 3]);
        let (right, wrong) = (message(b'D', &[0, 2, 9]), message(b'D', &[0, 1, 9]));
        let between = [
            message(b'1', &[]),
            message(b'Z', b"I"),
            message(b'N', &[7; 300]),
        ]
        .concat();
        let good = [&between[..], &described, &right, &between, &right].concat();
        let bad = [&good[..], &wrong].concat();
        for piece in 1..=good.len() {
            taken(&good, piece).unwrap();
            assert!(
                matches!(taken(&bad, piece), Err(StoreError::Query(_))),
                "{piece}"
            );
        }
    }

    #[test]
    fn what_is_longer_than_asked_for_is_refused_by_its_head() {
        let long = [&[b'D'][..], &(MESSAGE + 1).to_be_bytes()].concat();
        let short = [b'D', 0, 0, 0, 3];
        for piece in 1..=5 {
            assert!(matches!(taken(&long, piece), Err(StoreError::TooMuch(_))));
            assert!(matches!(taken(&short, piece), Err(StoreError::Query(_))));
        }
    }
}
