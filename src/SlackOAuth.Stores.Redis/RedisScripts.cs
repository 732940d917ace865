namespace SlackOAuth.Stores.Redis;

/// <summary>The scripts: each is one atomic round trip, and touches the keys of one workspace alone. Redis keeps them; the driver sends a hash.</summary>
/// <remarks>
/// <para>KEYS are those of <see cref="RedisKeys.AllOf"/>. In the hash, a current record is in the field <c>bot</c> or <c>user:ID</c>, its installed-at in <c>at:FIELD</c>, an older one of the
/// history in <c>old:TIME:FIELD</c>; <c>latest</c> repeats the newest installation, whose field <c>latest-of</c> names. Of rotation leases, <c>fence:FIELD</c> is the fencing token of the last one,
/// <c>lease:FIELD</c> its end, <c>saved:FIELD</c> the token of the last that saved. A sorted set holds <c>TIME:FIELD</c> of every record kept, all with one
/// score, and so in the order of the text.</para>
/// <para>History stays cheap to trim: beyond the limit there are current records alone, and a save can put no more there than the record that it pushes over the limit and the one that it
/// supersedes. Only a limit that was lowered, remembered in <c>kept:SET</c>, makes one save look at everything.</para>
/// </remarks>
internal static class RedisScripts
{
    // TIME is 18 digits and a colon.
    private const string Common =
        """
        local hash = KEYS[1]
        local function drop_lease(field) redis.call('HDEL', hash, 'fence:' .. field, 'lease:' .. field, 'saved:' .. field) end
        local function field_of(member) return string.sub(member, 20) end
        local function is_current(member) return redis.call('HGET', hash, 'at:' .. field_of(member)) == string.sub(member, 1, 18) end
        local function drop(set, member)
          redis.call('ZREM', set, member)
          redis.call('HDEL', hash, 'old:' .. member)
        end

        """;

    /// <summary>ARGV[1] is the history's length.</summary>
    private const string Put = Common +
        """
        local limit = tonumber(ARGV[1])
        local function trim(set, kept_field, superseded)
          local before = tonumber(redis.call('HGET', hash, kept_field) or '0')
          if before > limit then
            for _, member in ipairs(redis.call('ZREVRANGE', set, limit, -1)) do
              if not is_current(member) then drop(set, member) end
            end
          elseif limit > 0 then
            local pushed = redis.call('ZREVRANGE', set, limit, limit)[1]
            if pushed and not is_current(pushed) then drop(set, pushed) end
            local rank = superseded and redis.call('ZREVRANK', set, superseded)
            if rank and rank >= limit then drop(set, superseded) end
          end
          if before ~= limit then
            if limit > 0 then redis.call('HSET', hash, kept_field, limit) else redis.call('HDEL', hash, kept_field) end
          end
        end
        local function put(set, kept_field, field, record, at)
          local before = redis.call('HGET', hash, 'at:' .. field)
          if before and before > at then return false end
          local superseded
          if before and before ~= at then
            superseded = before .. ':' .. field
            if limit > 0 then
              redis.call('HSET', hash, 'old:' .. superseded, redis.call('HGET', hash, field))
            else
              redis.call('ZREM', set, superseded)
            end
          end
          redis.call('HSET', hash, field, record, 'at:' .. field, at)
          redis.call('ZADD', set, 0, at .. ':' .. field)
          trim(set, kept_field, superseded)
          return true
        end
        local function put_bot(record, at) put(KEYS[3], 'kept:bots', 'bot', record, at) end
        local function put_installation(field, record, at)
          if not put(KEYS[2], 'kept:installations', field, record, at) then return end
          local latest = redis.call('HGET', hash, 'latest-of')
          if not latest or redis.call('HGET', hash, 'at:' .. latest) <= at then
            redis.call('HSET', hash, 'latest', record, 'latest-of', field)
          end
        end

        """;

    /// <summary>ARGV: the history's length; bot, its installed-at (empty: none); field, installation, its installed-at (empty: none).</summary>
    internal const string Save = Put +
        """
        if ARGV[2] ~= '' then put_bot(ARGV[2], ARGV[3]) end
        if ARGV[4] ~= '' then put_installation(ARGV[4], ARGV[5], ARGV[6]) end
        return 1
        """;

    /// <summary>ARGV: the history's length; field, record, its installed-at; the fencing token.</summary>
    /// <returns>1 where it was saved, else 0.</returns>
    internal const string SaveLeased = Put +
        """
        local field, record, at, fence = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
        local before = redis.call('HGET', hash, 'at:' .. field)
        local saved = redis.call('HGET', hash, 'saved:' .. field)
        if not before or before > at or (saved and tonumber(saved) > tonumber(fence)) then return 0 end
        if field == 'bot' then put_bot(record, at) else put_installation(field, record, at) end
        redis.call('HSET', hash, 'saved:' .. field, fence)
        return 1
        """;

    /// <summary>ARGV: field; now; the end of the lease.</summary>
    /// <returns>The fencing token; nil where there is a lease that lasts, or nothing to lease.</returns>
    internal const string AcquireLease =
        """
        local hash, field = KEYS[1], ARGV[1]
        local ends = redis.call('HGET', hash, 'lease:' .. field)
        if redis.call('HEXISTS', hash, field) == 0 or (ends and ends > ARGV[2]) then return false end
        local fence = tonumber(redis.call('HGET', hash, 'fence:' .. field) or '0') + 1
        redis.call('HSET', hash, 'fence:' .. field, fence, 'lease:' .. field, ARGV[3])
        return fence
        """;

    /// <summary>ARGV: field; the fencing token; the end of the lease, which tells it from one of a record that was deleted before.</summary>
    internal const string ReleaseLease =
        """
        local hash, field = KEYS[1], ARGV[1]
        if redis.call('HGET', hash, 'fence:' .. field) == ARGV[2] and redis.call('HGET', hash, 'lease:' .. field) == ARGV[3] then
          redis.call('HDEL', hash, 'lease:' .. field)
        end
        return 1
        """;

    internal const string DeleteBot = Common +
        """
        for _, member in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('HDEL', hash, 'old:' .. member) end
        redis.call('HDEL', hash, 'bot', 'at:bot', 'kept:bots')
        drop_lease('bot')
        redis.call('UNLINK', KEYS[3])
        return 1
        """;

    /// <summary>ARGV: the field of the user. With a history all of it is looked through; without one the user's current record is the only one.</summary>
    internal const string DeleteUser = Common +
        """
        local field = ARGV[1]
        local at = redis.call('HGET', hash, 'at:' .. field)
        if at then redis.call('ZREM', KEYS[2], at .. ':' .. field) end
        if redis.call('HEXISTS', hash, 'kept:installations') == 1 then
          for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
            if field_of(member) == field then drop(KEYS[2], member) end
          end
        end
        redis.call('HDEL', hash, field, 'at:' .. field)
        drop_lease(field)
        if redis.call('HGET', hash, 'latest-of') == field then
          -- Of the records kept, the newest is always a current one.
          local newest = redis.call('ZREVRANGE', KEYS[2], 0, 0)[1]
          if newest then
            redis.call('HSET', hash, 'latest', redis.call('HGET', hash, field_of(newest)), 'latest-of', field_of(newest))
          else
            redis.call('HDEL', hash, 'latest', 'latest-of', 'kept:installations')
          end
        end
        return 1
        """;

    /// <summary>Everything but the bot and its lease goes, so they are put aside: the cost is that of the bot's history, not of the users.</summary>
    internal const string DeleteUsers = Common +
        """
        local fields = { 'bot', 'at:bot', 'kept:bots', 'fence:bot', 'lease:bot', 'saved:bot' }
        for _, member in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do fields[#fields + 1] = 'old:' .. member end
        local values = redis.call('HMGET', hash, unpack(fields))
        redis.call('UNLINK', hash, KEYS[2])
        for i, value in ipairs(values) do
          if value then redis.call('HSET', hash, fields[i], value) end
        end
        return 1
        """;

    /// <summary>ARGV: the time. Where nothing was kept, as the field of the history's length says, the workspace's users are not looked at.</summary>
    /// <returns>How many records were removed.</returns>
    internal const string TrimHistory = Common +
        """
        local removed = 0
        local function trim(set, kept_field)
          if redis.call('HEXISTS', hash, kept_field) == 0 then return end
          for _, member in ipairs(redis.call('ZRANGEBYLEX', set, '-', '(' .. ARGV[1])) do
            if not is_current(member) then
              drop(set, member)
              removed = removed + 1
            end
          end
        end
        trim(KEYS[2], 'kept:installations')
        trim(KEYS[3], 'kept:bots')
        return removed
        """;

    /// <summary>
    /// A page of records. KEYS: the hash, a sorted set. ARGV: the member that the page before ended with (empty: none), how many members to go through,
    /// 1 for the oldest first, the field asked for (empty: every), 1 for current records alone.
    /// </summary>
    /// <returns>The member that this page ends with (nil: there are no more), the current bot, then the records asked for, each after its field.</returns>
    internal const string ReadPage = Common +
        """
        local members
        if ARGV[3] == '1' then
          members = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1] == '' and '-' or '(' .. ARGV[1], '+', 'LIMIT', 0, ARGV[2])
        else
          members = redis.call('ZREVRANGEBYLEX', KEYS[2], ARGV[1] == '' and '+' or '(' .. ARGV[1], '-', 'LIMIT', 0, ARGV[2])
        end
        local page = { #members == tonumber(ARGV[2]) and members[#members], redis.call('HGET', hash, 'bot') }
        for _, member in ipairs(members) do
          if ARGV[4] == '' or field_of(member) == ARGV[4] then
            if is_current(member) then
              page[#page + 1] = field_of(member)
              page[#page + 1] = redis.call('HGET', hash, field_of(member))
            elseif ARGV[5] ~= '1' then
              page[#page + 1] = field_of(member)
              page[#page + 1] = redis.call('HGET', hash, 'old:' .. member)
            end
          end
        end
        return page
        """;

    /// <summary>GETDEL for a server older than 6.2, or one that has it switched off.</summary>
    internal const string GetAndDelete =
        """
        local value = redis.call('GET', KEYS[1])
        if value then redis.call('DEL', KEYS[1]) end
        return value
        """;
}
