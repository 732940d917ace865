namespace SlackOAuth.Testing;

/// <summary>How a delivery to the app is signed. Everything but <see cref="Valid"/> is to be refused with 401 or 403.</summary>
public enum DeliverySignature
{
    /// <summary>Signed with the app's signing secret at the present time.</summary>
    Valid,

    /// <summary>Signed with another secret.</summary>
    WrongSecret,

    /// <summary>Signed over another body than the one that is sent.</summary>
    WrongBody,

    /// <summary>Signed rightly, ten minutes ago: a replay.</summary>
    Stale,

    /// <summary>Signed rightly, for a time ten minutes ahead.</summary>
    FromTheFuture,

    /// <summary>Without the signature and the timestamp.</summary>
    Missing,

    /// <summary>With a signature and a timestamp that are no such things.</summary>
    Malformed,
}
