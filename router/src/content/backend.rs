//! Where objects lie: what the configuration says, and the `object_store` it becomes.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig, aws::AmazonS3Builder, path::Path,
    prefix::PrefixStore,
};

use super::ContentError;

/// Where the content lies.
#[derive(Clone, Debug)]
pub enum Backend {
    /// In a local folder, which is made when it is missing.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// In a bucket that speaks S3.
    S3(S3),
}

/// A bucket. It must exist; a lifecycle rule there should remove uploads left unfinished for a day.
#[derive(Clone, Debug)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// The server's address; none means Amazon's own.
    pub endpoint: Option<String>,
    /// Its region, `us-east-1` for most servers other than Amazon's.
    pub region: String,
    /// Whether plain HTTP will do; only for a server on the same machine.
    pub allow_http: bool,
    /// Put before every object name, for a bucket shared with others.
    pub prefix: Option<String>,
    /// Who we are; none means what the machine's own role gives.
    pub credentials: Option<S3Credentials>,
}

/// An access key and its secret.
#[derive(Clone)]
pub struct S3Credentials {
    /// The access key's id.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3Credentials(…)")
    }
}

impl S3 {
    pub(super) fn connect(&self) -> Result<Arc<dyn ObjectStore>, ContentError> {
        let client = ClientOptions::new()
            .with_allow_http(self.allow_http)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(60));
        // A sender is waiting while we store: better a no within half a minute than a yes he has given up on.
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: 4,
            retry_timeout: Duration::from_secs(20),
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(credentials) = &self.credentials {
            builder = builder
                .with_access_key_id(&credentials.access_key)
                .with_secret_access_key(&credentials.secret_key);
        }
        let bucket = builder.build().map_err(ContentError::unavailable)?;
        match self.prefix.as_deref() {
            None | Some("") => Ok(Arc::new(bucket)),
            Some(prefix) => {
                let prefix = Path::parse(prefix).map_err(|_| ContentError::BadName)?;
                Ok(Arc::new(PrefixStore::new(bucket, prefix)))
            }
        }
    }
}
