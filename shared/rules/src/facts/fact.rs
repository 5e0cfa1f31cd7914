//! A fact that was read, or that its source does not report.

/// A fact that was read, or that its source does not report.
///
/// `Known(None)` is something that AWS says does not exist; `Unknown` is something that AWS was not asked
/// about. A rule never confuses the two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fact<T> {
    Known(T),
    /// The source does not report it.
    #[default]
    Unknown,
}

/// A fact that a rule needs and does not have, and where to find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fact} is not known; {lookup:?} reports it")]
pub struct Missing {
    /// The fact, as AWS names it.
    pub fact: &'static str,
    pub lookup: Lookup,
}

/// What is read from AWS when a rule needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lookup {
    /// DescribeCertificate, or DescribeCertificateAuthority.
    Description,
    /// ListTagsForCertificate, or ListTags of a CA.
    Tags,
    /// GetCertificate, or GetCertificateAuthorityCertificate: the certificate and those above it.
    Chain,
    /// ListPermissions of a CA.
    Permissions,
    /// GetPolicy of a CA.
    Policy,
    /// ListCertificates: all certificates of the account and Region.
    AllCertificates,
    /// DescribeCertificate of every private certificate, since a listing does not report which CA issued
    /// it. They are shared by all resources of an evaluation.
    PrivateCertificates,
    /// ListCertificateAuthorities: all CAs that the account owns in the Region.
    AllPrivateCas,
}

impl<T> Fact<T> {
    /// Known if the source reported a value.
    pub fn reported(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Unknown => None,
        }
    }

    /// The value, or what is missing.
    ///
    /// # Errors
    /// It is not known.
    pub fn get(&self, fact: &'static str, lookup: Lookup) -> Result<&T, Missing> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown => Err(Missing { fact, lookup }),
        }
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// A struct of facts, each with a method of the same name that returns it, or what is missing.
macro_rules! facts {
    (
        $(#[$meta:meta])*
        $name:ident($id:ident: $id_type:ty) {
            $($(#[$doc:meta])* $field:ident: $type:ty = $aws:literal by $lookup:ident,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// Which one it is.
            pub $id: $id_type,
            $($(#[$doc])* pub $field: $crate::facts::Fact<$type>,)+
        }

        impl $name {
            /// Nothing is known but which one it is.
            pub fn unknown($id: $id_type) -> Self {
                Self { $id, $($field: $crate::facts::Fact::Unknown,)+ }
            }

            /// Takes over what the other knows.
            pub fn learn(&mut self, other: Self) {
                $(if matches!(other.$field, $crate::facts::Fact::Known(_)) {
                    self.$field = other.$field;
                })+
            }

            $($(#[$doc])*
            ///
            /// # Errors
            /// It is not known.
            pub fn $field(&self) -> Result<&$type, $crate::facts::Missing> {
                self.$field.get($aws, $crate::facts::Lookup::$lookup)
            })+
        }
    };
}

pub(crate) use facts;
