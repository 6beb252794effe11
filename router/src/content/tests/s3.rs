use std::{net::SocketAddr, path::Path};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::net::TcpListener;

use super::{contract, new_key, now, random};
use crate::content::{Backend, Binding, ContentError, ContentRef, ContentStore, S3, S3Credentials};

/// A server that speaks S3 out of a folder, until the test is over.
async fn serve(root: &Path) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    service.set_auth(SimpleAuth::from_single("access", "secret"));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}

async fn open(address: SocketAddr, bucket: &str, secret: &str, prefix: Option<&str>) -> ContentStore {
    let backend = Backend::S3(S3 {
        bucket: bucket.into(),
        endpoint: Some(format!("http://{address}")),
        region: "us-east-1".into(),
        allow_http: true,
        prefix: prefix.map(str::to_owned),
        credentials: Some(S3Credentials { access_key: "access".into(), secret_key: secret.into() }),
    });
    assert!(!format!("{backend:?}").contains(secret));
    ContentStore::open(&backend, now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_the_promises() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("letters")).unwrap();
    let address = serve(root.path()).await;
    contract::holds(open(address, "letters", "secret", None).await).await;
    contract::holds(open(address, "letters", "secret", Some("modtag/post")).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_let_us_in_or_does_not_answer_says_so() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("letters")).unwrap();
    let address = serve(root.path()).await;
    let refused = open(address, "letters", "wrong-secret", None).await.probe(&mut random).await;
    assert!(matches!(refused, Err(ContentError::ReadOnly(_))), "{refused:?}");

    // Nobody listens there once the listener is gone.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let at = ContentRef { object: "x".into(), offset: 0, length: 100 };
    let store = open(nobody, "letters", "secret", None).await;
    let read = store.reader(&at, &new_key(), Binding::message("m1")).await;
    assert!(matches!(read, Err(ContentError::Unavailable(_))), "{read:?}");
}
