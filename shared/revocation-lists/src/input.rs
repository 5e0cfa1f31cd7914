//! The bytes of a CRL in DER, whether they come as such or as PEM.

use std::io::Read;

use crate::ReadError;
use crate::bounded::Bounded;
use crate::pem::Pem;

/// The bytes of a CRL in DER.
pub(crate) enum Input<R> {
    /// They come as they are.
    Der(Bounded<R>),
    /// They come as PEM.
    Pem(Pem<R>),
}

impl<R: Read> Input<R> {
    /// Of a source that has DER or PEM. DER begins with a SEQUENCE's tag, which is the digit 0: no PEM begins so.
    pub(crate) fn new(source: R, limit: u64) -> Result<Self, ReadError> {
        let mut source = Bounded::new(source, limit);
        match source.fill()?.first() {
            Some(b'0') | None => Ok(Self::Der(source)),
            Some(_) => Ok(Self::Pem(Pem::new(source)?)),
        }
    }

    /// Appends up to this many bytes, fewer only at the end.
    pub(crate) fn take(&mut self, mut bytes: usize, to: &mut Vec<u8>) -> Result<usize, ReadError> {
        let wanted = bytes;
        while bytes > 0 {
            let available = self.fill()?;
            let taken = available.len().min(bytes);
            if taken == 0 {
                break;
            }
            to.extend_from_slice(&available[..taken]);
            self.consume(taken);
            bytes -= taken;
        }
        Ok(wanted - bytes)
    }

    /// Whether there are no more bytes.
    pub(crate) fn is_at_end(&mut self) -> Result<bool, ReadError> {
        Ok(self.fill()?.is_empty())
    }

    fn fill(&mut self) -> Result<&[u8], ReadError> {
        match self {
            Self::Der(source) => source.fill(),
            Self::Pem(pem) => pem.fill(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        match self {
            Self::Der(source) => source.consume(bytes),
            Self::Pem(pem) => pem.consume(bytes),
        }
    }
}
