echo "#{Greeting} from #{Stagecoach.Target.Id}, release #{Stagecoach.Release.Version}"
