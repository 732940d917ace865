using Microsoft.AspNetCore.Builder;

namespace SlackOAuth.AspNetCore;

/// <summary>Says what the app does with what Slack sends to the endpoint of <c>MapSlackEvents</c>. Register handlers before the app runs; each name has one.</summary>
/// <remarks>
/// A handler runs after the signature is verified and the tokens are looked up. A workspace without the app gets <see cref="SlackOAuthOptions.NotInstalledMessage"/> with status 200
/// instead; a request that no handler is registered for gets 404.
/// </remarks>
public sealed class SlackEventsBuilder : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _endpoint;
    private readonly SlackEventsEndpoint _handlers;

    internal SlackEventsBuilder(IEndpointConventionBuilder endpoint, SlackEventsEndpoint handlers) => (_endpoint, _handlers) = (endpoint, handlers);

    /// <summary>Handles a slash command.</summary>
    /// <param name="command">The command with its slash, such as <c>/open-modal</c>.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ArgumentException">The command has no slash, or has a handler already.</exception>
    public SlackEventsBuilder OnCommand(string command, Func<SlackRequest, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        if (command[0] != '/')
        {
            throw new ArgumentException($"A slash command begins with '/'. Register '/{command}'.", nameof(command));
        }

        return Add(SlackRequestKind.Command, null, command, handler);
    }

    /// <summary>Handles an event of the Events API. That of <c>app_uninstalled</c> and <c>tokens_revoked</c> runs after what they end is deleted.</summary>
    /// <param name="eventType">The event's type, such as <c>app_mention</c>.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ArgumentException">The event has a handler already.</exception>
    public SlackEventsBuilder OnEvent(string eventType, Func<SlackRequest, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventType);
        return Add(SlackRequestKind.Event, null, eventType, handler);
    }

    /// <summary>Handles the submission of a modal.</summary>
    /// <param name="callbackId">The view's <c>callback_id</c>.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ArgumentException">The view has a handler already.</exception>
    public SlackEventsBuilder OnViewSubmission(string callbackId, Func<SlackRequest, Task> handler) => OnInteraction("view_submission", callbackId, handler);

    /// <summary>Handles the press of a button, or another block action.</summary>
    /// <param name="actionId">The element's <c>action_id</c>.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ArgumentException">The action has a handler already.</exception>
    public SlackEventsBuilder OnBlockAction(string actionId, Func<SlackRequest, Task> handler) => OnInteraction("block_actions", actionId, handler);

    /// <summary>Handles an interaction of any type, such as <c>shortcut</c>, <c>message_action</c>, <c>view_closed</c> or <c>block_suggestion</c>.</summary>
    /// <param name="type">The payload's <c>type</c>.</param>
    /// <param name="name">The <c>callback_id</c> or <c>action_id</c>; null for all of the type that have no handler of their own.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ArgumentException">The interaction has a handler already.</exception>
    public SlackEventsBuilder OnInteraction(string type, string? name, Func<SlackRequest, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        return Add(SlackRequestKind.Interaction, type, name, handler);
    }

    /// <inheritdoc />
    public void Add(Action<EndpointBuilder> convention) => _endpoint.Add(convention);

    /// <inheritdoc />
    public void Finally(Action<EndpointBuilder> finallyConvention) => _endpoint.Finally(finallyConvention);

    private SlackEventsBuilder Add(SlackRequestKind kind, string? type, string? name, Func<SlackRequest, Task> handler)
    {
        _handlers.Add(new(kind, type, name), handler);
        return this;
    }
}
